import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../../src/system/host/clock.js'
import {runCommand} from '../../../src/system/process/run-command.js'
import {openService} from '../../../src/system/services/open-service.js'
import {restartService} from '../../../src/usecases/recovery/restart-service.js'
import {quickService} from '../../support/settings.js'
import {hasSupervisord, type Supervisord, startSupervisord} from '../../support/supervisord.js'

const programs = {
  good: 'command=sleep 300\nstartsecs=1\nautorestart=false',
  idle: 'command=sleep 300\nstartsecs=0\nautostart=false',
  bad: "command=sh -c 'exit 3'\nstartsecs=30\nstartretries=0\nautostart=false",
  missing: 'command=/no/such/program\nautostart=false\nstartretries=0',
  hanging: `command=sh -c "trap '' TERM; while :; do sleep 1; done"\nstartsecs=0\nstopwaitsecs=4\nkillasgroup=true`,
  first: 'command=sleep 300\nstartsecs=0',
  second: 'command=sleep 300\nautostart=false\n[group:bot]\nprograms=first,second',
}

describe.skipIf(!hasSupervisord)('with a real supervisord', () => {
  const dir = mkdtempSync(join(tmpdir(), 'guard-'))
  let supervisord: Supervisord

  beforeAll(async () => {
    supervisord = await startSupervisord(dir, programs)
  })

  afterAll(async () => {
    await supervisord.stop()
    rmSync(dir, {recursive: true})
  })

  const {signal} = new AbortController()
  const settings = {...quickService, manager: 'supervisor', command: ['supervisorctl']} as const
  const service = (program: string, timeoutMs = quickService.timeoutMs) =>
    openService({...settings, config: supervisord.config, program, timeoutMs}, runCommand)

  test('a real supervisord restarts a running program and a killed one, and both are verified to be up', async () => {
    const good = service('good')
    await expect.poll(() => good.isUp(), {timeout: 30_000}).toMatchObject({state: 'up'})
    const before = supervisord.pidOf('good')
    expect(await restartService({clock: systemClock, signal, service: good}, quickService)).toEqual({
      ok: true,
      evidence: expect.stringMatching(/good is RUNNING pid \d+/),
    })

    const between = supervisord.pidOf('good')
    process.kill(between, 'SIGKILL')
    await expect.poll(() => good.isUp()).toMatchObject({state: 'down', detail: expect.stringMatching(/good is EXITED/)})
    expect(await restartService({clock: systemClock, signal, service: good}, quickService)).toMatchObject({ok: true})
    expect(new Set([before, between, supervisord.pidOf('good')]).size).toBe(3)
  })

  test('a real supervisord says why a program does not come up', async () => {
    expect(await service('idle').restart()).toEqual({ok: true, detail: 'idle: started'})
    const answer = (program: string) => service(program).restart()
    expect(await answer('bad')).toEqual({ok: false, reason: expect.stringMatching(/bad: ERROR \(spawn error\)/)})
    expect(await answer('missing')).toEqual({ok: false, reason: expect.stringMatching(/ERROR \(no such file\)/)})
    expect(await answer('nobody')).toEqual({
      ok: false,
      reason: expect.stringMatching(/nobody: ERROR \(no such process\)/),
    })

    expect(await service('nobody').isUp()).toMatchObject({state: 'failed'})
    await expect
      .poll(() => service('bad').isUp(), {timeout: 30_000})
      .toMatchObject({state: 'failed', detail: expect.stringMatching(/bad is FATAL Exited too quickly/)})
  })

  test('the state of a group is that of its worst program', async () => {
    const state = await service('bot:*').isUp()
    expect(state).toMatchObject({state: 'down', detail: expect.stringMatching(/bot:second is STOPPED/)})
  })

  test('a restart that hangs ends at its time limit', async () => {
    await expect.poll(() => service('hanging').isUp(), {timeout: 30_000}).toMatchObject({state: 'up'})
    const answer = await service('hanging', 1500).restart()
    expect(answer).toEqual({
      ok: false,
      reason: expect.stringMatching(/no answer within 1500ms: supervisorctl .*hanging/),
    })
  })

  test('a supervisorctl that is not installed or not configured is a reason', async () => {
    const absent = openService({...settings, program: 'good', command: ['/no/such/supervisorctl']}, runCommand)
    const reason = '/no/such/supervisorctl is not on this machine, or not in PATH'
    expect(await absent.restart()).toEqual({ok: false, reason, notStarted: true})
    const misled = openService({...settings, program: 'good', config: join(dir, 'none.conf')}, runCommand)
    expect(await misled.restart()).toEqual({ok: false, reason: expect.stringMatching(/could not find config file/)})
  })

  test('a supervisord that has ended differs from a program that is not up', async () => {
    await supervisord.stop()
    const good = service('good')
    expect(await good.restart()).toEqual({ok: false, reason: expect.stringMatching(/s\.sock no such file \(exit 7\)/)})
    expect(await good.isUp()).toMatchObject({state: 'unknown', detail: expect.stringMatching(/no such file/)})
  })
})
