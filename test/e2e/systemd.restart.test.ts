import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createSandbox, guardBin, nodeEnv, type Sandbox} from '../support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../support/systemd.js'

/** `guard run` restarts units of a real systemd that runs as PID 1. */

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

const limit = (starts: number) => `[Unit]\nStartLimitBurst=${starts}\nStartLimitIntervalSec=60\n[Service]\n`
const units = {
  'bot.service': '[Service]\nExecStart=/bin/sleep 300',
  'failing.service': "[Service]\nExecStart=/bin/sh -c 'exit 3'",
  'unready.service': '[Service]\nType=notify\nExecStart=/bin/false',
  'limited.service': `${limit(1)}ExecStart=/bin/sleep 300`,
  'looping.service': `${limit(3)}ExecStart=/bin/false\nRestart=always\nRestartSec=100ms`,
  'waiting.service': '[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=60',
  'once.service': '[Service]\nType=oneshot\nExecStart=/bin/true',
}

describe.skipIf(systemdObstacle !== undefined)(`the recovery step restart with systemd${why}`, () => {
  let systemd: Systemd

  beforeAll(async () => {
    systemd = await bootSystemd()
    systemd.install(units)
    systemd.write({'/run/systemd/user/bot.service': units['bot.service']})
    systemd.sh('systemctl mask --runtime masked.service; systemctl start limited.service user@0.service')
  })
  afterAll(() => systemd.stop())

  const guard = (box: Sandbox, args: string) => {
    const set = Object.entries(nodeEnv).map(([name, value]) => `${name}='${systemd.inside(value)}' `)
    const state = `GUARD_STATE_DIR=${systemd.inside(box.stateDir)} HOME=/root`
    return systemd.sh(`cd ${systemd.inside(box.dir)} && ${set.join('')}${state} ${systemd.inside(guardBin)} ${args}`)
  }

  /** Runs a job that fails at least at its first attempt, before the service is restarted. */
  const recover = (settings: object, script: string) => {
    const box = createSandbox()
    box.write('job.sh', `#!/bin/sh\n${script}\n`, 0o755)
    const job = {script: 'job.sh', recovery: [{do: 'restart', service: 'bot'}, {do: 'verify'}]}
    const service = {manager: 'systemd', upWithin: '10s', stayUp: '200ms', ...settings}
    box.write('.guardianrc.json', JSON.stringify({jobs: {job}, services: {bot: service}}))
    const {code, stderr} = guard(box, 'run job')
    const [run] = JSON.parse(guard(box, 'history job --json').stdout).runs
    const [restart] = run.steps.filter((step: {do: string}) => step.do === 'restart')
    return {code, stderr, restart}
  }

  test.each([
    ['that is down', {unit: 'bot.service'}, /^bot\.service is active \(running\)$/],
    ['that runs', {unit: 'bot.service'}, /^bot\.service is active \(running\)$/],
    ['at its start limit', {unit: 'limited.service'}, /^limited\.service is active \(running\)$/],
    ['of the user', {unit: 'bot.service', user: true}, /^bot\.service is active \(running\)$/],
    ['that ends when it has done its work', {unit: 'once.service'}, /^systemctl restarted once\.service; .* oneshot/],
  ])('a unit %s is restarted, and the job is run again', (_title, settings, evidence) => {
    const before = systemd.show(settings.unit)['InvocationID']
    const {code, restart} = recover(settings, '[ "$GUARD_ATTEMPT" != 1 ]')
    expect({code, restart}).toMatchObject({code: 0, restart: {ok: true, evidence: expect.stringMatching(evidence)}})
    if (!('user' in settings) && settings.unit !== 'once.service') {
      expect(systemd.show(settings.unit)).toMatchObject({ActiveState: 'active'})
      expect(systemd.show(settings.unit)['InvocationID']).not.toBe(before)
    }
  })

  test.each([
    ['whose program fails', 'failing.service', /^failing\.service is failed \(failed\), result exit-code$/],
    ['whose start fails', 'unready.service', /^Job for unready\.service failed because .* \(exit 1\)$/],
    [
      'that fails up to its start limit',
      'looping.service',
      /^looping\.service is failed \(failed\), result exit-code$/,
    ],
    ['that waits for its next start', 'waiting.service', /^not up within 1s: .* \(auto-restart\), result exit-code$/],
    ['that does not exist', 'nosuch.service', /^Failed to restart nosuch\.service: Unit nosuch.service not found/],
    ['that is masked', 'masked.service', /^Failed to restart masked\.service: Unit masked.service is masked/],
  ])('a unit %s is not restarted, and the reason is said and on record', (_title, unit, evidence) => {
    const {code, stderr, restart} = recover({unit, ...(unit === 'waiting.service' && {upWithin: '1s'})}, 'exit 1')
    expect(code).toBe(1)
    expect(restart).toMatchObject({ok: false, evidence: expect.stringMatching(evidence)})
    expect(stderr).toContain(restart.evidence)
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
