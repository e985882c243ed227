import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {guardBin, nodeEnv, until} from './support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from './support/systemd.js'

/** The files that docs/systemd.md shows, under a real systemd. */

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/systemd.md'), 'utf8')

/** Each file begins with a comment that is its path, and ends before the next one or the text. */
const files: Record<string, string> = Object.fromEntries(
  [...page.matchAll(/^ {4}# (\/etc\/\S+)\n((?:(?! {4}# \/etc\/)(?: {4}.*)?\n)+)/gm)].map(([, path = '', text = '']) => [
    path,
    `${text.replaceAll(/^ {4}/gm, '').trimEnd()}\n`,
  ]),
)

test.each(['guard-watchdog.service', 'guard-watchdog.timer'])(
  'the page shows %s as the package installs it',
  (unit) => {
    expect(files[`/etc/systemd/system/${unit}`]).toBe(readFileSync(join(root, 'packaging/systemd', unit), 'utf8'))
  },
)

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

describe.skipIf(systemdObstacle !== undefined)(`the units of the page under a real systemd${why}`, () => {
  let systemd: Systemd

  beforeAll(async () => {
    systemd = await bootSystemd()
    systemd.write(files)
    systemd.write({
      '/usr/local/bin/backup.sh': '#!/bin/sh\necho saving\nexit 3\n',
      // The units are as on the page; without this the test would wait until half past two.
      '/etc/systemd/system/nightly-backup.timer.d/soon.conf': '[Timer]\nOnActiveSec=100ms\nAccuracySec=10ms\n',
      '/etc/systemd/system/guard-watchdog.timer.d/soon.conf': '[Timer]\nOnActiveSec=100ms\nAccuracySec=10ms\n',
    })
    const set = Object.entries(nodeEnv).map(([name, value]) => `${name}=${systemd.inside(value)}`)
    systemd.sh(`chmod 755 /usr/local/bin/backup.sh; ln -sf ${systemd.inside(guardBin)} /usr/bin/guard
systemctl daemon-reload; systemctl set-environment ${['PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...set].join(' ')}`)
  })
  afterAll(() => systemd.stop())

  const output = (unit: string) => systemd.sh(`journalctl -u ${unit} -o cat`).stdout
  const state = (unit: string) => systemd.show(unit)['ActiveState']

  test('the timer of the job is enabled and starts it, and systemd has its exit code and its output', async () => {
    expect(systemd.sh('systemctl enable --now nightly-backup.timer').code).toBe(0)
    await until(() => state('nightly-backup.service') === 'failed', 'the end of the job')
    expect(systemd.show('nightly-backup.service')).toMatchObject({Result: 'exit-code', ExecMainStatus: '3'})
    await until(() => /^saving$/m.test(output('nightly-backup.service')), 'the output in the journal')
    expect(systemd.show('nightly-backup.timer')['NextElapseUSecRealtime']).toContain(' 02:30:00 ')
    expect(systemd.sh('cat /var/lib/guard/runs.jsonl').stdout).toMatch(
      /"kind":"ended".*"outcome":"failed","exitCode":3/,
    )
  })

  test('the timer of the watchdog starts a round, which reports the failed job, and is not a failed unit', async () => {
    expect(systemd.sh('systemctl enable --now guard-watchdog.timer').code).toBe(0)
    const isDone = () => systemd.show('guard-watchdog.service')['ExecMainExitTimestampMonotonic'] !== '0'
    await until(() => isDone() && state('guard-watchdog.service') === 'inactive', 'the end of the round')
    const {Result, ExecMainStatus} = systemd.show('guard-watchdog.service')
    expect({Result, ExecMainStatus}).toEqual({Result: 'success', ExecMainStatus: expect.stringMatching(/^[12]$/)})
    await until(() => /nightly_backup.*failing/.test(output('guard-watchdog.service')), 'the report in the journal')
    expect(systemd.sh('cat /var/lib/guard/incidents.jsonl').stdout).toContain('"kind":"opened"')
  })
})
