import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../../src/system/host/clock.js'
import {type RunCommand, runCommand} from '../../../src/system/process/run-command.js'
import {openService} from '../../../src/system/services/open-service.js'
import {restartService} from '../../../src/usecases/recovery/restart-service.js'
import {type Recording, replay} from '../../support/recording.js'
import {quickService} from '../../support/settings.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../../support/systemd.js'

const {signal} = new AbortController()
const limit = (starts: number) => `[Unit]\nStartLimitBurst=${starts}\nStartLimitIntervalSec=60\n[Service]\n`
const settings = {...quickService, manager: 'systemd', command: ['systemctl'], user: true} as const

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

describe.skipIf(systemdObstacle !== undefined)(`with a real systemd as PID 1${why}`, () => {
  let systemd: Systemd
  const open = (unit: string, more: {readonly user?: boolean; readonly timeoutMs?: number} = {}) =>
    openService({...settings, user: false, command: [...systemd.enter, 'systemctl'], unit, ...more}, runCommand)
  const service = (unit: string) => open(unit)
  const restart = (unit: string, upWithinMs = 30_000) =>
    restartService({clock: systemClock, signal, service: service(unit)}, {upWithinMs, stayUpMs: 300})

  beforeAll(async () => {
    systemd = await bootSystemd()
    systemd.install({
      'bot.service': '[Service]\nExecStart=/bin/sleep 300',
      'bad.service': "[Service]\nExecStart=/bin/sh -c 'exit 3'",
      'unready.service': '[Service]\nType=notify\nExecStart=/bin/false',
      'flapping.service': '[Service]\nExecStart=/bin/sleep 0.4\nRestart=always\nRestartSec=60',
      'slow.service': '[Service]\nExecStart=/bin/sleep 300\nExecStop=/bin/sleep 5',
      'limited.service': `${limit(1)}ExecStart=/bin/sleep 300`,
      'looping.service': `${limit(3)}ExecStart=/bin/false\nRestart=always\nRestartSec=100ms`,
      'second.service': `${limit(3)}Type=notify\nNotifyAccess=all\nRestart=on-failure\nRestartSec=100ms
ExecStart=/bin/sh -c 'test -e /run/second || { touch /run/second; exit 1; }; systemd-notify --ready; sleep 300'`,
      'once.service': '[Service]\nType=oneshot\nExecStart=/bin/touch /run/once',
      'once-failing.service': '[Service]\nType=oneshot\nExecStart=/bin/false',
      'once.timer': '[Timer]\nOnActiveSec=1h',
      'quits.service': '[Service]\nExecStart=/bin/true',
      'needs.service':
        '[Unit]\nRequires=once-failing.service\nAfter=once-failing.service\n[Service]\nExecStart=/bin/sleep 300',
      'unmet.service': '[Unit]\nConditionPathExists=/no/such/file\n[Service]\nType=oneshot\nExecStart=/bin/true',
      'unmet.timer': '[Timer]\nOnActiveSec=1h',
    })
    systemd.sh('systemctl mask --runtime masked.service; systemctl start unmet.timer')
  })

  afterAll(() => systemd.stop())

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
    expect(await open('slow.service', {timeoutMs: 700}).restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(/no answer within 700ms: .*systemctl/),
    })
  })

  test('a unit at its start limit is restarted all the same, and runs', async () => {
    for (let time = 1; time <= 3; time++)
      expect(await restart('limited.service')).toEqual({ok: true, evidence: 'limited.service is active (running)'})
  })

  test('a unit that used up its start limit in a loop of restarts is started again, and reported when it fails again', async () => {
    systemd.sh('systemctl start looping.service')
    await expect.poll(() => systemd.sh('systemctl start looping.service').code, {timeout: 30_000}).toBe(1)
    // The journal has it a moment later.
    const journal = () => systemd.sh('journalctl -u looping.service -o cat').stdout
    await expect.poll(journal).toContain('Start request repeated too quickly')
    expect(await restart('looping.service')).toEqual({
      ok: false,
      evidence: 'looping.service is failed (failed), result exit-code',
    })
    expect(systemd.show('looping.service')).toMatchObject({NRestarts: '3'})
  })

  test('a unit whose first start fails and whose second succeeds by Restart= is up', async () => {
    expect(await restart('second.service')).toEqual({ok: true, evidence: 'second.service is active (running)'})
  })

  test('a oneshot unit is restarted when it has ended well, and not when it has failed', async () => {
    for (const timer of ['stop', 'start']) {
      systemd.sh(`rm -f /run/once; systemctl ${timer} once.timer`)
      expect(await restart('once.service')).toEqual({
        ok: true,
        evidence:
          'systemctl restarted once.service; once.service is inactive (dead), as a oneshot unit is when it has ended',
      })
      expect(systemd.sh('ls /run/once').code).toBe(0)
    }
    expect(await restart('once-failing.service')).toEqual({
      ok: false,
      evidence: 'Job for once-failing.service failed because the control process exited with error code. (exit 1)',
    })
  })

  test('a unit that ends at once is not up', async () => {
    // It may be seen up for a moment, and what comes after that has to be seen within this time too.
    expect(await restart('quits.service', 3000)).toEqual({
      ok: false,
      evidence: 'not up within 3s: quits.service is inactive (dead)',
    })
  })

  test('a unit whose condition is not met is not restarted, although systemctl reports no error', async () => {
    expect(await restart('unmet.service', 600)).toEqual({
      ok: false,
      evidence: 'not up within 600ms: unmet.service is inactive (dead), a condition of the unit is not met',
    })
  })

  test.each([
    ['masked.service', /^Failed to restart masked\.service: Unit masked\.service is masked\. \(exit 1\)$/],
    ['needs.service', /^A dependency job for needs\.service failed\..*\(exit 1\)$/],
    ['template@.service', /^Failed to restart template@\.service: .*missing the instance name\. \(exit 1\)$/],
  ])('why systemd refuses to restart %s is the reason', async (unit, reason) => {
    expect(await restart(unit)).toEqual({ok: false, evidence: expect.stringMatching(reason)})
  })

  test('a user who may not restart the unit learns that, and sees its state', async () => {
    const asNobody = [...systemd.enter, 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const
    const denied = openService(
      {...settings, user: false, command: [...asNobody, 'systemctl'], unit: 'bot.service'},
      runCommand,
    )
    expect(await denied.restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(/^Failed to restart bot\.service: (Access denied|Interactive auth).* \(exit \d\)$/),
    })
    expect(await denied.isUp()).toMatchObject({detail: 'bot.service is active (running)'})
  })

  test('a unit of the user is restarted, and a user without a systemd learns how to have one', async () => {
    const bot = open('bot.service', {user: true})
    expect(await bot.restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(
        /^no systemd of this user runs; loginctl enable-linger .*: Failed to connect to bus/,
      ),
    })
    systemd.write({'/run/systemd/user/bot.service': '[Service]\nExecStart=/bin/sleep 300'})
    systemd.sh('systemctl start user@0.service')
    const restarted = await restartService(
      {clock: systemClock, signal, service: bot},
      {upWithinMs: 30_000, stayUpMs: 300},
    )
    expect(restarted).toEqual({ok: true, evidence: 'bot.service is active (running)'})
    const {stdout} = systemd.sh('XDG_RUNTIME_DIR=/run/user/0 systemctl --user is-active bot.service')
    expect(stdout).toBe('active\n')
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
    notStarted: true,
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
