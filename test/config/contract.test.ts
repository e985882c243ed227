import {expect, test} from 'vitest'
import {loadSettings} from '../../src/config/settings.js'
import {settingsHome} from '../support/written-settings.js'

const shown = `
stateDir: state
jobs:
  pre_market_health_check:
    script: pre_market_health_check.py
    schedule: "15 14 * * 1-5"
    timezone: UTC
    timeout: 5m
    retry: {maxAttempts: 1}
    breaker: {target: alpaca-api}
    outputs:
      - {files: "data/health_*.json", maxAge: 26h}
    failures:
      uw-socket: ["connection_error", "timeout", "UW.*fail", "socket.*fail"]
      alpaca-sip: ["SIP.*delay", "sip_feed.*error", "sip_feed.*no_data"]
    recovery:
      - {do: clear-locks, files: "state/**/*.lock"}
      - {do: restart, service: uw-daemon, when: uw-socket}
      - {do: alert, level: CRITICAL, file: "alpaca_sip_alert_{timestamp}.txt", when: alpaca-sip}
      - {do: restart, service: trading-bot, when: alpaca-sip}
      - {do: wait, for: 5s}
      - {do: verify}
    budget: {recoveries: 2, per: 30m}
services:
  uw-daemon: {manager: process-compose, name: uw-daemon}
  trading-bot: {manager: systemd, unit: trading-bot.service}
  scanner: {manager: supervisor, program: scanner}
  custom: {manager: command, restart: [./restart.sh], check: [./is-up.sh]}
openclaw:
  command: [openclaw]
  timeout: 30s
  jobs: {coingecko: {id: 3a7f742b-889a-4c05-9697-f5f873fea02c, maxRunning: 10m}}
watchdog: {escalateAfterFailedResets: 2}
channels:
  ops: {type: telegram, chat: "…", token: {env: TELEGRAM_TOKEN}}
alerting: {groupWait: 30s, routes: [{level: CRITICAL, to: [ops]}]}
`

test('the documented settings are valid', async () => {
  const {request, path} = settingsHome(shown, '.guardianrc.yaml')
  const settings = await loadSettings(request)
  expect(settings).toMatchObject({
    stateDir: path('project/state'),
    services: {custom: {restart: [path('project/restart.sh')], upWithinMs: 30_000}},
    openclaw: {jobs: {coingecko: {maxRunningMs: 600_000}}, timeoutMs: 30_000},
    watchdog: {escalateAfterFailedResets: 2},
    channels: {ops: {token: {env: 'TELEGRAM_TOKEN'}}},
    alerting: {groupWaitMs: 30_000, routes: [{level: 'CRITICAL', jobs: [], to: ['ops']}]},
  })
  expect(settings.jobs['pre_market_health_check']?.recovery).toEqual([
    {do: 'clear-locks', files: ['state/**/*.lock'], minAgeMs: 600_000, when: []},
    {do: 'restart', service: 'uw-daemon', when: ['uw-socket']},
    {do: 'alert', level: 'CRITICAL', file: 'alpaca_sip_alert_{timestamp}.txt', when: ['alpaca-sip']},
    {do: 'restart', service: 'trading-bot', when: ['alpaca-sip']},
    {do: 'wait', forMs: 5000, when: []},
    {do: 'verify', pollMs: 5000, when: []},
  ])
})
