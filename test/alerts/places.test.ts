import {existsSync, readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {cronObstacle, runByCron} from '../support/cron.js'
import {createSandbox, guardBin, isAlive, nodeEnv, until} from '../support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../support/systemd.js'

/** Where a run is started from decides what may be left behind. */

const settingsOf = (alerting: object, channel: object) =>
  JSON.stringify({
    jobs: {scan: {command: ['sh', '-c', 'echo HTTP 503; exit 3'], schedule: '0 3 1 1 *'}},
    channels: {ops: channel},
    alerting: {routes: [{level: 'INFO', to: ['ops']}], ...alerting},
  })

describe.skipIf(systemdObstacle !== undefined)(
  `in a unit of a real systemd${systemdObstacle === undefined ? '' : ` (${systemdObstacle})`}`,
  () => {
    let systemd: Systemd
    beforeAll(async () => {
      systemd = await bootSystemd()
      const channel = {type: 'file', path: '/run/guard-sent.jsonl'}
      systemd.write({
        '/etc/guard-test.json': settingsOf({}, channel),
        '/usr/local/bin/wrapper.sh': '#!/bin/sh\nguard run --config /etc/guard-test.json scan\ntrue\n',
      })
      const set = Object.entries(nodeEnv).map(([name, value]) => `${name}=${systemd.inside(value)}`)
      systemd.sh(`chmod 755 /usr/local/bin/wrapper.sh; chmod 600 /etc/guard-test.json
ln -sf ${systemd.inside(guardBin)} /usr/bin/guard
systemctl set-environment ${['PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...set].join(' ')}`)
    })
    afterAll(() => systemd.stop())

    test.each([
      ['guard itself', '/usr/bin/guard run --config /etc/guard-test.json scan'],
      ['a script that calls guard', '/usr/local/bin/wrapper.sh'],
    ])('%s has sent before the unit ends, and leaves nothing in its cgroup', (what, command) => {
      const name = what.startsWith('guard') ? 'direct' : 'wrapped'
      systemd.install({
        [`${name}.service`]: `[Service]\nType=oneshot\nStateDirectory=${name}\nEnvironment=GUARD_STATE_DIR=/var/lib/${name}\nExecStart=${command}\n`,
      })
      systemd.sh(`rm -f /run/guard-sent.jsonl; systemctl start ${name}.service`)
      // `start` of a oneshot returns at its end.
      expect(systemd.sh('cat /run/guard-sent.jsonl').stdout).toContain('scan: HTTP 503')
      expect(systemd.sh('pgrep -f "alerts [d]eliver"').stdout).toBe('')
    })
  },
)

test.skipIf(cronObstacle !== undefined)(
  `cron waits for no deliverer, which has no id of the run and outlives it${cronObstacle ? ` (${cronObstacle})` : ''}`,
  async () => {
    const box = createSandbox()
    const sending = `env > ${box.path('writing')} && mv ${box.path('writing')} ${box.path('env')}`
    box.write('.guardianrc.json', settingsOf({groupWait: '15s'}, {type: 'command', command: ['sh', '-c', sending]}))
    const set = Object.entries(nodeEnv).map(([name, value]) => `${name}='${value}' `)
    const words = `'${guardBin}' run --state-dir ${box.stateDir} --config ${box.path('.guardianrc.json')} scan`
    const cron = await runByCron([`* * * * * ${set.join('')}${words} 2>&1`])
    onTestFinished(() => cron.end())
    const deliverer = () => {
      const lease = existsSync(`${box.stateDir}/leases.jsonl`) ? box.journal('leases.jsonl') : []
      const claim = lease.findLast(({job, kind}) => job === 'guard-deliverer' && kind === 'claimed')
      return Number(String(claim?.['holder'] ?? '').split(':')[1] ?? 0)
    }
    await until(() => deliverer() > 0, 'the deliverer', 120_000)
    cron.remove()
    const pid = deliverer()
    expect(isAlive(pid)).toBe(true)
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    expect(environment).not.toContain('GUARD_RUN_ID')
    const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    await until(() => !existsSync(`/proc/${parent}`) || parent === '1', 'its run has ended').catch(() => undefined)
    await until(() => existsSync(box.path('env')), 'the message', 60_000)
    expect(readFileSync(box.path('env'), 'latin1')).not.toContain('GUARD_RUN_ID')
  },
  280_000,
)
