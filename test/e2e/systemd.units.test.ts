import {existsSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createSandbox, form, guardBin, nodeEnv, type Sandbox, until} from '../support/sandbox.js'
import {bootSystemd, type Systemd, systemdObstacle} from '../support/systemd.js'

/** A real systemd as PID 1 starts and stops guard, which is the main process of a unit. */

const why = systemdObstacle === undefined ? '' : ` (${systemdObstacle})`

describe.skipIf(systemdObstacle !== undefined)(`guard run in a unit of systemd${why}`, () => {
  let systemd: Systemd

  beforeAll(async () => {
    systemd = await bootSystemd()
  })
  afterAll(() => systemd.stop())

  /** A unit whose job is a script of shell, with the same name. */
  const unitOf = (box: Sandbox, name: string, script: string, lines: string, flags = '') => {
    const job = systemd.inside(box.write(`${name}.sh`, `#!/bin/sh\n${script}\n`, 0o755))
    const env = Object.entries(nodeEnv).map(([key, value]) => `Environment=${key}=${systemd.inside(value)}\n`)
    const state = `--state-dir ${systemd.inside(box.stateDir)}`
    const guard = systemd.inside(guardBin)
    return `[Service]\n${env.join('')}${lines}\nExecStart=${guard} run ${state} --job ${name} ${flags} ${job}\n`
  }
  const records = (box: Sandbox, job: string, kind: string) =>
    existsSync(`${box.stateDir}/runs.jsonl`)
      ? box.journal('runs.jsonl').filter((record) => record.job === job && record.kind === kind)
      : []
  /** What the journal has from the job, without the lines of systemd about the unit. */
  const output = (unit: string) => systemd.sh(`journalctl -u ${unit} -o cat _TRANSPORT=stdout`).stdout
  /** All processes of a unit, none when its control group is gone. */
  const processes = (unit: string) =>
    systemd.sh(`cat /sys/fs/cgroup/system.slice/${unit}/cgroup.procs`).stdout.split('\n').filter(Boolean)
  const startAndWait = async (box: Sandbox, job: string, times: number) => {
    systemd.sh(`systemctl start ${job}`)
    await until(
      () =>
        output(job)
          .split('\n')
          .filter((line) => line === 'begun').length === times,
      `${job} has begun`,
    )
    expect(records(box, job, 'started')).toHaveLength(times)
  }

  test.each([
    ['OnActiveSec=100ms', 'exit 0', '0', 'success', {outcome: 'healthy', exitCode: 0}],
    ['OnActiveSec=100ms', 'exit 3', '3', 'exit-code', {outcome: 'failed', exitCode: 3}],
    ['OnCalendar=*:*:0/2', 'kill -KILL $$', '137', 'exit-code', {outcome: 'killed', exitCode: 137}],
  ])(
    'a timer with %s starts a job that ends with `%s`: systemd has its exit code, the journal its output',
    async (when, end, status, result, ended) => {
      const box = createSandbox()
      const job = `timed-${status}`
      systemd.install({
        [`${job}.service`]: unitOf(box, job, `echo out; echo err >&2; ${end}`, 'Type=oneshot'),
        [`${job}.timer`]: `[Timer]\n${when}\nAccuracySec=10ms\n`,
      })
      systemd.sh(`systemctl start ${job}.timer`)
      await until(() => records(box, job, 'ended').length > 0, 'the end of the run')
      // Once the timer has stopped, systemd forgets a unit that ended well; before, it starts it again.
      let shown: ReturnType<Systemd['show']> = {}
      const hasEnded = () => {
        shown = systemd.show(job)
        return ['inactive', 'failed'].includes(shown['ActiveState'] ?? '')
      }
      await until(hasEnded, 'the end of the unit')
      expect(shown).toMatchObject({ExecMainCode: '1', ExecMainStatus: status, Result: result})
      systemd.sh(`systemctl stop ${job}.timer`)
      expect(records(box, job, 'ended')[0]).toMatchObject(ended)
      // Of two streams either may come first.
      await until(() => /^(out\nerr|err\nout)\n/.test(output(job)), 'the output')
    },
  )

  test('a job of Type=notify is ready when it says so', async () => {
    const box = createSandbox()
    const script = 'until [ -e /run/go ]; do sleep 0.1; done\nsystemd-notify --ready\necho begun\nexec sleep 300'
    systemd.install({'ready.service': unitOf(box, 'ready', script, 'Type=notify\nNotifyAccess=all')})
    systemd.sh('systemctl start --no-block ready')
    await until(() => systemd.show('ready')['ActiveState'] !== 'inactive', 'the start of the unit')
    expect(systemd.show('ready')).toMatchObject({ActiveState: 'activating'})
    expect(systemd.sh('touch /run/go; systemctl start ready').code).toBe(0)
    expect(systemd.show('ready')).toMatchObject({ActiveState: 'active', SubState: 'running'})
    systemd.sh('systemctl stop ready')
  })

  test('a unit that may not write records nothing and says so, with StateDirectory it records', async () => {
    const box = createSandbox()
    const unit = (lines: string) => unitOf(box, 'dynamic', 'id -u', lines).replace(/--state-dir \S+/, '')
    // The folder of the sandbox is root's alone, and /usr/bin is everybody's.
    const commandOf = (text: string) => text.replace(/\S+dynamic\.sh$/m, '-- id -u')
    const said = /guard: state directory .* cannot be used .*without record or lease\n\d+$/gm
    const confined = ['DynamicUser=yes', 'ProtectSystem=strict\nProtectHome=yes']
    for (const [index, lines] of confined.entries()) {
      systemd.install({'dynamic.service': commandOf(unit(`Type=oneshot\n${lines}`))})
      expect(systemd.sh('systemctl start dynamic').code).toBe(0)
      // The journal gets it through a process of its own.
      await until(() => output('dynamic').match(said)?.length === index + 1, 'the output')
    }
    const kept = 'Type=oneshot\nDynamicUser=yes\nStateDirectory=guard\nEnvironment=GUARD_STATE_DIR=%S/guard'
    systemd.install({'dynamic.service': commandOf(unit(kept))})
    expect(systemd.sh('systemctl start dynamic').code).toBe(0)
    expect(systemd.sh('cat /var/lib/private/guard/runs.jsonl').stdout).toContain('"outcome":"healthy"')
  })

  test('guard runs with the system calls that the page about systemd names', () => {
    const box = createSandbox()
    const lines = `Type=oneshot\nNoNewPrivileges=yes\nSystemCallFilter=@system-service${form === 'node' ? ' @pkey' : ''}`
    const more = form === 'node' ? '' : '\nMemoryDenyWriteExecute=yes'
    systemd.install({'filtered.service': unitOf(box, 'filtered', 'echo begun', `${lines}${more}`)})
    expect(systemd.sh('systemctl start filtered').code).toBe(0)
    expect(records(box, 'filtered', 'ended')).toMatchObject([{outcome: 'healthy'}])
  })

  describe.each(['control-group', 'mixed', 'process'])('with KillMode=%s', (mode) => {
    const name = (what: string) => `${what}-${mode}`
    const stopLines = (limit: string) => `KillMode=${mode}\nTimeoutStopSec=${limit}\nSuccessExitStatus=143`

    test('a stopped unit ends the job, its end is on record, nothing is left, and the next start runs', async () => {
      const box = createSandbox()
      const job = name('stopped')
      systemd.install({[`${job}.service`]: unitOf(box, job, 'echo begun\nsleep 300\necho more', stopLines('30s'))})
      for (const time of [1, 2]) {
        await startAndWait(box, job, time)
        expect(systemd.sh(`systemctl stop ${job}`)).toEqual({code: 0, stdout: '', stderr: ''})
        expect(systemd.show(job)).toMatchObject({ActiveState: 'inactive', Result: 'success'})
        expect(processes(`${job}.service`)).toEqual([])
        expect(records(box, job, 'ended')).toHaveLength(time)
        expect(records(box, job, 'ended').at(-1)).toMatchObject({outcome: 'killed', signal: 'SIGTERM', exitCode: 143})
      }
      const leases = box.journal('leases.jsonl').map(({kind}) => kind)
      expect(leases.filter((kind) => kind === 'released')).toHaveLength(2)
      expect(output(job)).not.toContain('more')
    })

    test('what the job does about TERM is its end, and all that it writes then is in the log and the journal', async () => {
      const box = createSandbox()
      const job = name('tidy')
      // systemd and guard may both send TERM: the second one would end seq in the middle of a line.
      const script = `trap "trap '' TERM; seq 2000; echo tidied; exit 5" TERM\necho begun\nwhile :; do sleep 0.1; done`
      systemd.install({[`${job}.service`]: unitOf(box, job, script, stopLines('30s'))})
      await startAndWait(box, job, 1)
      systemd.sh(`systemctl stop ${job}`)
      expect(systemd.show(job)).toMatchObject({Result: 'exit-code', ExecMainStatus: '5'})
      expect(records(box, job, 'ended')[0]).toMatchObject({outcome: 'failed', exitCode: 5})
      const lines = `\n${Array.from({length: 2000}, (_, index) => `${index + 1}\n`).join('')}tidied\n`
      expect(box.log(job)).toContain(lines)
      await until(() => output(job).includes(lines), 'the output in the journal')
    })

    test('a job that does not heed TERM is ended by guard after its --kill-after, before systemd does', async () => {
      const box = createSandbox()
      const job = name('deaf')
      const script = 'trap "" TERM\necho begun\nwhile :; do sleep 0.1; done'
      const unit = unitOf(box, job, script, stopLines('30s')).replace(' run ', ' run --kill-after 500ms ')
      systemd.install({[`${job}.service`]: unit})
      await startAndWait(box, job, 1)
      systemd.sh(`systemctl stop ${job}`)
      expect(systemd.show(job)).toMatchObject({Result: 'exit-code', ExecMainStatus: '137'})
      expect(processes(`${job}.service`)).toEqual([])
      expect(records(box, job, 'ended')[0]).toMatchObject({outcome: 'killed', signal: 'SIGKILL', exitCode: 137})
    })

    test('when systemd kills guard after TimeoutStopSec, the next run writes that it was interrupted', async () => {
      const box = createSandbox()
      const job = name('late')
      const script = 'trap "" TERM\necho begun\necho $$ >/run/$GUARD_JOB.pid\nwhile :; do sleep 0.1; done'
      systemd.install({[`${job}.service`]: unitOf(box, job, script, stopLines('1s'))})
      await startAndWait(box, job, 1)
      systemd.sh(`systemctl stop ${job}`)
      expect(systemd.show(job)).toMatchObject({Result: 'timeout', ExecMainCode: '2', ExecMainStatus: '9'})
      expect(records(box, job, 'ended')).toEqual([])
      if (mode === 'process') {
        // The job was left to itself, so its lease is still held.
        expect(processes(`${job}.service`)).not.toEqual([])
        systemd.sh(`systemctl start ${job}`)
        await until(() => systemd.show(job)['ActiveState'] === 'failed', 'the refused run')
        expect(systemd.show(job)).toMatchObject({ExecMainStatus: '75'})
        systemd.sh(`kill -KILL $(cat /run/${job}.pid)`)
      }
      await until(() => processes(`${job}.service`).length === 0, 'the end of the job')
      await startAndWait(box, job, 2)
      expect(records(box, job, 'interrupted')).toMatchObject([{run: records(box, job, 'started')[0]?.['run']}])
      systemd.sh(`systemctl kill --signal KILL ${job}`)
    })
  })
})
