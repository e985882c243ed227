import {describe, expect, test} from 'vitest'
import {outboxFold} from '../../../src/domain/delivery/outbox.js'
import {queueIn} from '../../../src/domain/delivery/queue.js'
import {judgeServices} from '../../../src/domain/diagnose/service-findings.js'
import {
  judgeDelivery,
  judgeJournalFiles,
  judgeLocks,
  judgeSharedJobs,
  judgeWatchdogStart,
} from '../../../src/domain/diagnose/state-findings.js'
import type {HolderSettings} from '../../../src/domain/lease/settings-round.js'
import {seenWatchdogs} from '../../../src/domain/watchdog/watchdogs.js'
import {wrappedLine} from '../../support/cron-lines.js'
import {leaseNow, leaseOf} from '../../support/leases.js'

describe('judgeLocks', () => {
  test('stale locks are fixable, held ones are well', () => {
    const held = {path: '/run/a.lock', verdict: 'held', reason: 'process 1'} as const
    const stale = {path: '/run/b.lock', verdict: 'stale', reason: 'its owner is gone'} as const
    expect(judgeLocks({locks: [held, stale], unreadable: []})).toMatchObject([
      {level: 'look', what: '/run/b.lock is a stale lock', proof: 'its owner is gone', fixable: true},
    ])
    expect(judgeLocks({locks: [held], unreadable: []})).toMatchObject([{level: 'well'}])
  })

  test('a folder that cannot be searched is told', () => {
    expect(judgeLocks({locks: [], unreadable: ['/root/x']})).toMatchObject([
      {level: 'look', what: '/root/x cannot be searched for locks'},
    ])
  })
})

describe('judgeJournalFiles', () => {
  const runs = {name: 'runs', generation: 1, bytes: 10, records: 1, garbage: 0, problems: []}

  test('a few torn lines are well, many are told, and --fix compacts what has grown', () => {
    expect(judgeJournalFiles([{...runs, garbage: 2}])).toMatchObject([
      {level: 'well', what: 'journals (1 in use, 2 bad lines)'},
    ])
    expect(judgeJournalFiles([{...runs, garbage: 9}])).toMatchObject([{level: 'look', fixable: false}])
    const problems = ['runs.jsonl has grown far beyond its limit of 16384 bytes: no compaction has succeeded']
    expect(judgeJournalFiles([{...runs, problems}])).toMatchObject([
      {level: 'look', mend: 'guard doctor --fix', fixable: true},
    ])
  })
})

describe('judgeDelivery', () => {
  test('a channel that fails is wrong, messages that were given up are to be looked at', () => {
    const outbox = outboxFold.empty()
    expect(judgeDelivery(outbox, 0)).toMatchObject([{level: 'well'}])
    queueIn(outbox.channels, 'ops').lastFailure = {atMs: 0, reason: 'HTTP 401'}
    expect(judgeDelivery(outbox, 0)).toMatchObject([
      {
        level: 'wrong',
        what: 'Channel ops does not deliver alerts',
        proof: 'HTTP 401; 0 messages wait',
        mend: 'guard alerts test ops',
      },
    ])
  })
})

test('jobs that several watchdogs judge are told, with the settings files', () => {
  const shared = ['scan', 'load'].map((job) => ({job, settingsFiles: ['/a', '/b']}))
  expect(judgeSharedJobs([])).toEqual([])
  expect(judgeSharedJobs(shared.slice(0, 1))).toMatchObject([
    {level: 'look', what: 'scan is judged by watchdogs with several settings', proof: '/a, /b'},
  ])
  expect(judgeSharedJobs(shared)).toMatchObject([
    {what: '2 jobs are judged by watchdogs with several settings', proof: 'scan, load: /a, /b'},
  ])
})

describe('judgeWatchdogStart', () => {
  const now = {...leaseNow, at: leaseNow.at + 3_600_000, mono: leaseNow.mono + 3_600_000}
  const own = {settingsFile: '/a', lateAfterMs: 600_000, sends: true}
  const facts = {seen: [], settingsFile: '/a', lines: [], timer: undefined, jobs: {all: 1, unwatched: 1}}
  /** Whose last round was so long ago. */
  const seen = (agoMs: number, settings?: HolderSettings) =>
    seenWatchdogs(
      leaseOf('guard-watchdog', {expiresMono: now.mono - agoMs + 60_000, ...(settings && {settings})}),
      now,
      own,
    )

  test('a watchdog that nothing starts is wrong where a job needs it', () => {
    expect(judgeWatchdogStart(facts)).toMatchObject({level: 'wrong', what: 'Watchdog is not scheduled'})
    expect(judgeWatchdogStart({...facts, jobs: {all: 0, unwatched: 0}})).toMatchObject({level: 'well'})
  })

  test('one that makes its rounds is well, whatever starts it', () => {
    expect(judgeWatchdogStart({...facts, seen: seen(60_000)})).toMatchObject({level: 'well'})
  })

  test('one with other settings needs a look while it leaves jobs of these unwatched', () => {
    const other = {settingsFile: '/b', lateAfterMs: 600_000, sends: true}
    expect(judgeWatchdogStart({...facts, seen: seen(60_000, other)})).toMatchObject({
      level: 'look',
      what: 'No watchdog makes rounds with these settings',
      proof: '/b: its last round was 1m ago',
      mend: 'guard watchdog --config /a',
    })
    const watched = {...facts, jobs: {all: 1, unwatched: 0}}
    expect(judgeWatchdogStart({...watched, seen: seen(60_000, other)})).toMatchObject({level: 'well'})
    expect(judgeWatchdogStart({...facts, seen: seen(60_000, own)})).toMatchObject({level: 'well'})
  })

  test('one that is scheduled and late is wrong, one that was never there needs a look', () => {
    const lines = [wrappedLine({calls: 'watchdog'})]
    expect(judgeWatchdogStart({...facts, lines, seen: seen(900_000)})).toMatchObject({
      level: 'wrong',
      what: 'Watchdog is late',
    })
    expect(judgeWatchdogStart({...facts, lines})).toMatchObject({level: 'look', proof: 'crontab -l, line 1 starts it'})
    expect(judgeWatchdogStart({...facts, timer: 'guard-watchdog.timer'})).toMatchObject({
      proof: 'guard-watchdog.timer starts it',
    })
  })

  test('one that was there and is no longer scheduled is told with its last round', () => {
    const found = judgeWatchdogStart({...facts, seen: seen(900_000)})
    expect(found.proof).toMatch(/^its last round was 15m ago, more than 10m; no crontab line/)
  })
})

test('a manager that does not answer is wrong, a service that is down needs a look', () => {
  const up = {name: 'a', manager: 'systemd', state: 'up', detail: ''} as const
  const silent = {
    ...up,
    name: 'b',
    state: 'unknown',
    detail: 'supervisorctl is not on this machine, or not in PATH',
  } as const
  const down = {...up, name: 'c', state: 'down', detail: 'c.service is inactive'} as const
  expect(judgeServices([up, silent, down])).toMatchObject([
    {level: 'wrong', what: 'systemd does not answer for b', note: expect.stringContaining('services.b.command')},
    {level: 'look', what: 'Service c is down', proof: 'c.service is inactive'},
    {level: 'well', what: 'services (a)'},
  ])
})
