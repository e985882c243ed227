import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../../src/system/host/clock.js'
import {type RunCommand, runCommand} from '../../../src/system/process/run-command.js'
import {openService} from '../../../src/system/services/open-service.js'
import {restartService} from '../../../src/usecases/recovery/restart-service.js'
import {type Recording, replay} from '../../support/recording.js'
import {quickService} from '../../support/settings.js'
import {canRunSystemd, startUserSystemd, type UserSystemd} from '../../support/user-systemd.js'

const {signal} = new AbortController()
const settings = {...quickService, manager: 'systemd', command: ['systemctl'], user: true} as const

describe.skipIf(!canRunSystemd)('with a real systemd as user manager', () => {
  const dir = mkdtempSync(join(tmpdir(), 'guard-'))
  let systemd: UserSystemd
  const service = (unit: string) =>
    openService({...settings, unit}, (command) => runCommand({...command, env: systemd.env}))

  beforeAll(async () => {
    systemd = await startUserSystemd(dir, {
      'bot.service': 'ExecStart=/bin/sleep 300',
      'bad.service': "ExecStart=/bin/sh -c 'exit 3'",
      'unready.service': 'Type=notify\nExecStart=/bin/false',
      'flapping.service': 'ExecStart=/bin/sleep 0.4\nRestart=always\nRestartSec=60',
      'slow.service': 'ExecStart=/bin/sleep 300\nExecStop=/bin/sleep 5',
    })
  })

  afterAll(async () => {
    await systemd.stop()
    rmSync(dir, {recursive: true})
  })

  test('a unit that is down is restarted and verified to be up, and the next restart changes its incarnation', async () => {
    const bot = service('bot.service')
    expect(await bot.isUp()).toEqual({state: 'down', detail: 'bot.service is inactive (dead)'})
    expect(await restartService({clock: systemClock, signal, service: bot}, quickService)).toEqual({
      ok: true,
      evidence: 'bot.service is active (running)',
    })
    const {incarnation} = await bot.isUp()
    expect(await restartService({clock: systemClock, signal, service: bot}, quickService)).toMatchObject({ok: true})
    expect((await bot.isUp()).incarnation).not.toBe(incarnation)
  })

  test('a unit that fails at once is failed, although systemctl reported no error', async () => {
    const bad = service('bad.service')
    expect(await bad.restart()).toMatchObject({ok: true})
    await expect
      .poll(() => bad.isUp())
      .toEqual({
        state: 'failed',
        detail: 'bad.service is failed (failed), result exit-code',
        incarnation: expect.any(String),
      })
  })

  test('a unit that does not stay up is not recovered', async () => {
    const result = await restartService(
      {clock: systemClock, signal, service: service('flapping.service')},
      {upWithinMs: 1500, stayUpMs: 1200},
    )
    expect(result).toEqual({ok: false, evidence: expect.stringMatching(/^(came up and did not stay up|not up within)/)})
    expect(result.evidence).toMatch(/flapping\.service is activating \(auto-restart\)/)
  })

  test('the output of systemctl about a failed restart is the reason', async () => {
    expect(await service('unready.service').restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(/Job for unready\.service failed .* \(exit 1\)$/),
    })
    expect(await service('nosuch.service').restart()).toEqual({
      ok: false,
      reason: 'Failed to restart nosuch.service: Unit nosuch.service not found. (exit 5)',
    })
    expect(await service('nosuch.service').isUp()).toMatchObject({
      state: 'failed',
      detail: 'unit nosuch.service is not-found',
    })
  })

  test('a restart that hangs ends at its time limit', async () => {
    expect(await service('slow.service').restart()).toMatchObject({ok: true})
    const quick = openService({...settings, unit: 'slow.service', timeoutMs: 700}, (command) =>
      runCommand({...command, env: systemd.env}),
    )
    expect(await quick.restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(/no answer within 700ms: systemctl/),
    })
  })
})

describe('with recorded output of systemctl 252', () => {
  const recording = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/services/systemd-252/not-booted.json'), 'utf8'),
  ) as Recording

  test.each([
    ['of the system', false, /System has not been booted with systemd.*\(exit 1\)/],
    ['of the user', true, /Failed to connect to bus: No medium found \(exit 1\)/],
  ])('a systemd %s that does not run is a reason', async (_title, user, reason) => {
    const service = openService({...settings, user, unit: 'bot.service'}, replay(recording))
    expect(await service.restart()).toEqual({ok: false, reason: expect.stringMatching(reason)})
    expect(await service.isUp()).toEqual({state: 'unknown', detail: expect.stringMatching(reason)})
  })
})

test('a systemctl that is not installed is a reason', async () => {
  const service = openService({...settings, command: ['/no/such/systemctl'], unit: 'bot.service'}, runCommand)
  expect(await service.restart()).toEqual({
    ok: false,
    reason: '/no/such/systemctl is not on this machine, or not in PATH',
  })
})

test("the user's systemd is found without XDG_RUNTIME_DIR, which cron does not set", async () => {
  const known = process.env['XDG_RUNTIME_DIR']
  delete process.env['XDG_RUNTIME_DIR']
  let env: Readonly<Record<string, string>> | undefined
  const listen: RunCommand = (command) => {
    env = command.env
    return runCommand({...command, argv: ['true']})
  }
  await openService({...settings, unit: 'bot.service'}, listen).restart()
  if (known !== undefined) process.env['XDG_RUNTIME_DIR'] = known
  expect(env).toEqual({XDG_RUNTIME_DIR: `/run/user/${process.getuid?.()}`})
})
