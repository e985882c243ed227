import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {guardBin, nodeEnv, until} from '../support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../support/systemd.js'

/** The service that `guard scheduler unit` prints, under a real systemd. */

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

describe.skipIf(systemdObstacle !== undefined)(`the service under a real systemd${why}`, () => {
  let systemd: Systemd

  beforeAll(async () => {
    systemd = await bootSystemd()
    systemd.write({
      '/etc/guardian/config.yaml':
        "stateDir: /var/lib/guard\njobs:\n  tick: {command: [sleep, '0.2'], schedule: '@every 1s'}\n  long: {command: [sleep, '1000'], schedule: '@every 1s', watch: false}\n",
    })
    systemd.sh(`ln -sf ${systemd.inside(guardBin)} /usr/bin/guard`)
    const env = Object.entries(nodeEnv).map(([name, value]) => `${name}=${systemd.inside(value)} `)
    const made = systemd.sh(
      `HOME=/root ${env.join('')}guard scheduler unit > /run/systemd/system/guard-scheduler.service && systemctl daemon-reload`,
    )
    expect(made).toMatchObject({code: 0, stderr: ''})
  })
  afterAll(() => systemd.stop())

  const pid = () => systemd.show('guard-scheduler.service')['MainPID']
  const count = (pattern: string) => Number(systemd.sh(`grep -c '${pattern}' /var/lib/guard/runs.jsonl`).stdout)
  const longs = () =>
    systemd
      .sh('pgrep -x sleep -a')
      .stdout.split('\n')
      .filter((line) => line.endsWith(' sleep 1000'))

  test('it starts, runs its jobs, and its jobs live on when it is stopped', async () => {
    expect(systemd.sh('systemctl start guard-scheduler').code).toBe(0)
    await until(() => count('"kind":"ended","job":"tick"') >= 2, 'two runs')
    await until(() => longs().length === 1, 'the long job')
    expect(systemd.sh('systemctl stop guard-scheduler').code).toBe(0)
    expect(systemd.show('guard-scheduler.service')).toMatchObject({ActiveState: 'inactive', Result: 'success'})
    expect(longs()).toHaveLength(1)
  })

  test('a killed one is started again by systemd alone, though the watchdog looks first; and a reload reads the settings anew', {
    timeout: 120_000,
  }, async () => {
    // A busy machine takes longer than the 5 s of the unit for what is looked at before it is started again.
    const later = '/run/systemd/system/guard-scheduler.service.d/later.conf'
    systemd.write({[later]: '[Service]\nRestartSec=15\n'})
    systemd.sh('systemctl daemon-reload; systemctl start guard-scheduler')
    const first = pid()
    await until(() => systemd.sh('guard scheduler status').code === 0, 'its start')
    systemd.sh(`kill -KILL ${first}`)
    expect(systemd.sh('guard watchdog').stderr).not.toContain('started again')
    const dead = systemd.sh('guard scheduler status')
    expect(dead.code).toBe(1)
    expect(dead.stdout).toContain('start it: by what ran it, such as systemd')
    await until(() => pid() !== '0' && pid() !== first, 'another one', 60_000)
    await until(() => systemd.sh('guard scheduler status').code === 0, 'its lease')
    expect(systemd.sh('systemctl reload guard-scheduler').code).toBe(0)
    await until(() => systemd.sh('grep -c reloaded /var/lib/guard/scheduler.jsonl').code === 0, 'its reload')
    systemd.sh('systemctl stop guard-scheduler')
  })
})
