import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createSandbox, guardBin, nodeEnv, type Sandbox} from '../support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../support/systemd.js'

/** `guard run` restarts units of a real systemd that runs as PID 1. */

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

const bot = '[Service]\nExecStart=/bin/sleep 300'

describe.skipIf(systemdObstacle !== undefined)(`the recovery step restart with systemd${why}`, () => {
  let systemd: Systemd

  beforeAll(async () => {
    systemd = await bootSystemd()
    systemd.install({'bot.service': bot, 'failing.service': "[Service]\nExecStart=/bin/sh -c 'exit 3'"})
    systemd.write({'/run/systemd/user/bot.service': bot})
  })
  afterAll(() => systemd.stop())

  const guard = (box: Sandbox, args: string) => {
    const set = Object.entries(nodeEnv).map(([name, value]) => `${name}='${systemd.inside(value)}' `)
    const state = `GUARD_STATE_DIR=${systemd.inside(box.stateDir)} HOME=/root`
    return systemd.sh(`cd ${systemd.inside(box.dir)} && ${set.join('')}${state} ${systemd.inside(guardBin)} ${args}`)
  }

  /** Runs a job that fails at least at its first attempt, before the service is restarted. */
  const recover = (unit: string, script: string, stayUp = '200ms') => {
    const box = createSandbox()
    box.write('job.sh', `#!/bin/sh\n${script}\n`, 0o755)
    const job = {script: 'job.sh', recovery: [{do: 'restart', service: 'bot'}, {do: 'verify'}]}
    const service = {manager: 'systemd', upWithin: '30s', stayUp, unit}
    box.write('.guardianrc.json', JSON.stringify({jobs: {job}, services: {bot: service}}))
    const {code, stderr} = guard(box, 'run job')
    const [run] = JSON.parse(guard(box, 'history job --json').stdout).runs
    const [restart] = run.steps.filter((step: {do: string}) => step.do === 'restart')
    return {code, stderr, restart}
  }

  test('a unit is restarted, and the job is run again', () => {
    systemd.sh('systemctl start bot.service')
    const before = systemd.show('bot.service')['InvocationID']
    expect(recover('bot.service', '[ "$GUARD_ATTEMPT" != 1 ]')).toMatchObject({
      ...{code: 0, restart: {ok: true, evidence: 'bot.service is active (running)'}},
    })
    expect(systemd.show('bot.service')).toMatchObject({ActiveState: 'active'})
    expect(systemd.show('bot.service')['InvocationID']).not.toBe(before)
  })

  test('of a unit that does not come up the reason is said and on record', () => {
    const evidence = 'failing.service is failed (failed), result exit-code'
    // Until its shell has begun and ended, it is up.
    expect(recover('failing.service', 'exit 1', '20s')).toMatchObject({
      ...{code: 1, restart: {ok: false, evidence}, stderr: expect.stringContaining(evidence)},
    })
  })

  test('an ordinary user restarts a unit of its own systemd in the environment of cron, and may not restart one of root', () => {
    systemd.sh('/usr/sbin/useradd --create-home worker && systemctl start user@$(id -u worker).service')
    const uid = Number(systemd.sh('id -u worker').stdout)
    const services = {
      own: {manager: 'systemd', unit: 'bot.service', user: true, stayUp: '200ms'},
      root: {manager: 'systemd', unit: 'bot.service', stayUp: '200ms'},
    }
    const job = (service: string) => ({command: ['false'], recovery: [{do: 'restart', service}]})
    systemd.write({
      '/home/worker/.guardianrc.json': JSON.stringify({jobs: {own: job('own'), root: job('root')}, services}),
    })
    const set = Object.entries(nodeEnv).map(([name, value]) => `${name}='${systemd.inside(value)}' `)
    const run = (name: string) =>
      systemd.sh(`cd /home/worker && ${set.join('')}HOME=/home/worker ${systemd.inside(guardBin)} run ${name}`, uid)
    expect(run('own').stderr).toContain('bot.service is active (running)')
    expect(systemd.sh('pgrep -u worker sleep').stdout).toMatch(/^\d+\n$/)
    expect(run('root').stderr).toMatch(/Failed to restart bot\.service: (Access denied|Interactive auth)/)
  })
})
