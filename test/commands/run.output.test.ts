import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {roundSpan} from '../../src/cli/render/times.js'
import {endedByTerm} from '../support/job-cgroup.js'
import {sequence, wholeLog} from '../support/rotated-log.js'
import {createSandbox, filesIn, isAlive, type Sandbox, until} from '../support/sandbox.js'
import {truncatableDir} from '../support/truncatable-dir.js'

/** The wrapper is invisible: the caller gets the output as if there were no guard, and the log has all of it. */

const alternating = 'for i in $(seq 300); do echo out $i; echo err $i >&2; done'
const lines = (word: string) => Array.from({length: 300}, (_, index) => `${word} ${index + 1}\n`)
const both = lines('out').map((line, index) => line + lines('err')[index])

describe('two streams', () => {
  test('to one place keep their order, there and in the log', async () => {
    const {sh, log} = createSandbox()
    const {stdout} = await sh(`exec guard run --job j -- sh -c '${alternating}' 2>&1`)
    expect(stdout).toBe(both.join(''))
    expect(log('j')).toBe(both.join(''))
  })

  test('to one file keep their order too', async () => {
    const {sh, path} = createSandbox()
    await sh(`exec guard run --job j -- sh -c '${alternating}' > all 2>&1`)
    expect(readFileSync(path('all'), 'utf8')).toBe(both.join(''))
  })

  test('to two places are each exact, and the log has both', async () => {
    const {guard, log} = createSandbox()
    const {stdout, stderr} = await guard('run', '--job', 'j', '--', 'sh', '-c', alternating)
    expect(stdout).toBe(lines('out').join(''))
    expect(stderr).toBe(lines('err').join(''))
    expect(log('j').split('\n').sort()).toEqual(both.join('').split('\n').sort())
  })

  test('to two places while megabytes come on both', async () => {
    const {sh, path, log} = createSandbox()
    const job = 'seq 300000 & seq 300001 600000 >&2; wait'
    await sh(`exec guard run --job j -- sh -c '${job}' > out 2> err`)
    const numbers = (from: number, to: number) => Array.from({length: to - from}, (_, i) => `${from + i}\n`).join('')
    expect(readFileSync(path('out'), 'utf8') === numbers(1, 300_001)).toBe(true)
    expect(readFileSync(path('err'), 'utf8') === numbers(300_001, 600_001)).toBe(true)
    expect(log('j')).toHaveLength(numbers(1, 600_001).length)
  })
})

test('output reaches a pipe while the job runs', async () => {
  const box = createSandbox()
  const job = 'echo first; while [ ! -e end ]; do sleep 0.05; done'
  const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
  await until(() => running.stdout() === 'first\n', 'the first line')
  box.write('end', '')
  expect((await running.ended).code).toBe(0)
})

describe('--quiet', () => {
  test('says nothing of a job that is well; the log has its output', async () => {
    const {guard, log} = createSandbox()
    const ended = await guard('run', '--quiet', '--job', 'j', '--', 'sh', '-c', 'echo out; echo err >&2')
    expect(ended).toEqual({code: 0, signal: null, stdout: '', stderr: ''})
    expect(log('j').split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  test('shows all the output of a job that fails', async () => {
    const {guard} = createSandbox()
    const ended = await guard('run', '--quiet', '--job', 'j', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3')
    expect(ended).toEqual({code: 3, signal: null, stdout: 'out\n', stderr: 'err\n'})
  })

  const recovers = 'echo out; test -e up || { touch up; echo err >&2; exit 3; }'

  test('says nothing of attempts before one that is well', async () => {
    const {guard, write, stateDir} = createSandbox()
    write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', recovers]}}}))
    const ended = await guard('run', '--quiet', '--retries', '1', 'j')
    expect(ended).toEqual({code: 0, signal: null, stdout: '', stderr: ''})
    expect(readFileSync(`${stateDir}/logs/guardian.log`, 'utf8')).toContain('j attempt 1 failed')
  })

  test('says nothing of a time limit, and of a breaker that closes, where the next attempt is well', async () => {
    const {guard, write, journal} = createSandbox()
    const command = ['sh', '-c', 'test -e up || { touch up; exec sleep 60; }']
    const retry = {maxAttempts: 2, on: ['timed-out'], firstDelay: '10ms'}
    const job = {command, timeout: '3s', retry, breaker: {target: 'api'}}
    write('.guardianrc.json', JSON.stringify({jobs: {j: job}}))
    expect((await guard('breaker', 'open', 'api', '--for', '1ms')).code).toBe(0)
    expect(await guard('run', '--quiet', 'j')).toEqual({code: 0, signal: null, stdout: '', stderr: ''})
    expect(journal('breakers.jsonl').map(({kind}) => kind)).toContain('closed')
  })

  test.each([
    ['says nothing of the steps that have helped', 'true', {code: 0, stdout: '', stderr: ''}],
    [
      'shows what guard says of the steps before the output, if they have not helped',
      'rm up',
      {
        code: 3,
        stdout: 'out\n',
        stderr: expect.stringMatching(
          /^err\n(guard: .*\n)*guard: run sh -c rm up: ok.*\nguard: check again: failed.*\n$/,
        ),
      },
    ],
  ])('%s', async (_title, step, expected) => {
    const {guard, write} = createSandbox()
    const recovery = [{do: 'exec', command: ['sh', '-c', step]}, {do: 'verify'}]
    write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', recovers], recovery}}}))
    expect(await guard('run', '--quiet', 'j')).toMatchObject(expected)
  })

  test('says why a job could not be started, and what is wrong with guard itself', async () => {
    const {guard, dir} = createSandbox()
    expect(await guard('run', '--quiet', '--job', 'j', '--', './gone')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('gone'),
    })
    const unusable = await guard('run', '--quiet', '--state-dir', `${dir}/bin/guard/state`, '--job', 'j', '--', 'true')
    expect(unusable).toMatchObject({code: 0, stderr: expect.stringContaining('runs without record or lease')})
  })

  test('shows the output of this run alone', async () => {
    const {guard} = createSandbox()
    await guard('run', '--job', 'j', '--', 'echo', 'earlier')
    expect((await guard('run', '--quiet', '--job', 'j', '--', 'sh', '-c', 'echo now; exit 1')).stdout).toBe('now\n')
  })
})

describe('--json', () => {
  test('leaves standard output to one report', async () => {
    const {guard} = createSandbox()
    const {code, stdout, stderr} = await guard('run', '--json', '--job', 'j', '--', 'sh', '-c', 'echo out; exit 2')
    expect([code, stderr]).toEqual([2, 'out\n'])
    expect(JSON.parse(stdout)).toEqual({
      job: 'j',
      runId: expect.stringMatching(/^[\w-]{12}$/),
      outcome: 'unhealthy',
      class: expect.any(String),
      exitCode: 2,
      attempts: 1,
      recovered: false,
      token: 1,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      endedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      durationMs: expect.any(Number),
    })
  })

  test('reports a run that was not made', async () => {
    const {guard} = createSandbox()
    await guard('lease', 'acquire', 'j', '--ttl', '5m')
    const {code, stdout} = await guard('run', '--json', '--job', 'j', '--', 'true')
    expect(code).toBe(75)
    expect(JSON.parse(stdout)).toMatchObject({job: 'j', outcome: 'skipped', exitCode: 75, attempts: 0})
  })

  test('does not fail when its reader has gone', async () => {
    const {sh, path} = createSandbox()
    await sh('{ guard run --json -- sh -c "sleep 0.3; exit 3"; echo $? > code; } | true')
    expect(readFileSync(path('code'), 'utf8')).toBe('3\n')
  })
})

describe('logs', () => {
  test('are put aside between runs by their size; every run is found in its own', async () => {
    const {guard, write, stateDir} = createSandbox()
    write('.guardianrc.json', '{"logs": {"maxSize": "1kB", "keep": 2}}')
    for (const word of ['one', 'two', 'three']) {
      await guard('run', '--job', 'j', '--', 'sh', '-c', `echo ${word}; seq 400`)
    }
    expect(filesIn(`${stateDir}/logs`).filter((name) => name.startsWith('guardian_j'))).toEqual([
      'guardian_j_output.log',
      'guardian_j_output.log.1',
      'guardian_j_output.log.2',
    ])
    const runs: {runId: string}[] = JSON.parse((await guard('history', 'j', '--json')).stdout).runs
    const logs = await Promise.all(runs.map(({runId}) => guard('logs', 'j', '--run', runId)))
    expect(logs.map(({stdout}) => stdout.split('\n')[0])).toEqual(['three', 'two', 'one'])
    await guard('run', '--job', 'j', '--', 'echo', 'four')
    const gone = await guard('logs', 'j', '--run', runs[2]?.runId ?? '')
    expect([gone.code, gone.stderr]).toEqual([74, expect.stringContaining('has been rotated away')])
  })

  test('lose their head while a job runs; nothing is lost, and every run is found in its own files', async () => {
    const box = createSandbox()
    const logDir = truncatableDir()
    const log = `${logDir}/guardian_j_output.log`
    box.write('.guardianrc.json', JSON.stringify({logDir, logs: {maxSize: '64kB', keep: 500, headers: false}}))
    await box.guard('run', '--job', 'j', '--', 'echo', 'earlier')
    const following = box.start(['logs', 'j', '--follow'])
    await until(() => following.stdout() === 'earlier\n', 'the beginning')
    const untilCut = `while [ ! -e ${log}.1 ]; do sleep 0.05; done`
    const job = `echo HTTP 503; seq 50000; ${untilCut}; seq 50001 100000; exit 3`
    const {code, stdout} = await box.sh(`guard run --job j -- sh -c '${job}' 2>&1`)
    const expected = `HTTP 503\n${sequence(1, 100_000)}`
    expect([code, stdout === expected]).toEqual([3, true])
    expect(wholeLog(log) === `earlier\n${expected}`).toBe(true)
    const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
    expect(runs[0].class).toBe('server')
    expect((await box.guard('logs', 'j', '--run', runs[0].runId)).stdout === expected).toBe(true)
    expect((await box.guard('logs', 'j', '--run', runs[1].runId)).stdout).toBe('earlier\n')
    await until(() => following.stdout().length >= expected.length + 8, 'all lines')
    following.kill('SIGTERM')
    expect((await following.ended).stdout === `earlier\n${expected}`).toBe(true)
    await box.guard('run', '--job', 'j', '--', 'echo', 'later')
    expect((await box.guard('logs', 'j')).stdout).toBe('later\n')
  })

  test('show the output of the last run, as text and as JSON', async () => {
    const {guard} = createSandbox()
    await guard('run', '--job', 'j', '--', 'echo', 'earlier')
    await guard('run', '--job', 'j', '--', 'printf', 'a\\nb')
    expect((await guard('logs', 'j')).stdout).toBe('a\nb')
    expect(JSON.parse((await guard('logs', 'j', '--json')).stdout)).toMatchObject({job: 'j', lines: ['a', 'b']})
  })

  test('follow a job through a rotation without losing a line', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', '{"logs": {"maxSize": "1kB", "headers": false}}')
    await box.guard('run', '--job', 'j', '--', 'echo', 'begin')
    const following = box.start(['logs', 'j', '--follow'])
    await until(() => following.stdout().startsWith('begin\n'), 'the beginning')
    for (const from of [1, 501, 1001]) {
      await box.guard('run', '--job', 'j', '--', 'seq', `${from}`, `${from + 499}`)
    }
    const expected = ['begin', ...Array.from({length: 1500}, (_, index) => `${index + 1}`), ''].join('\n')
    await until(() => following.stdout().length >= expected.length, 'all lines')
    following.kill('SIGTERM')
    expect(await following.ended).toMatchObject({code: 0, stdout: expected})
  })

  test('guardian.log says in a line what guard did, and is put aside by its size too', async () => {
    const {guard, write, stateDir} = createSandbox()
    write('.guardianrc.json', '{"logs": {"maxSize": "1kB", "keep": 1}}')
    await guard('run', '--job', 'j', '--', 'true')
    expect(readFileSync(`${stateDir}/logs/guardian.log`, 'utf8')).toMatch(
      /^\S+Z j started, run (\S+)\n\S+Z j ended healthy, exit code 0, in \d+ ms, run \1\n$/,
    )
    writeFileSync(`${stateDir}/logs/guardian.log`, 'x'.repeat(2000))
    await guard('run', '--job', 'j', '--', 'true')
    expect(statSync(`${stateDir}/logs/guardian.log`).size).toBeLessThan(200)
    expect(statSync(`${stateDir}/logs/guardian.log.1`).size).toBe(2000)
  })
})

describe('the header of a run in the log of its job', () => {
  const header = /^--- \d{4}-\d\d-\d\dT[\d:.]+Z run ([\w-]{12}) ---$/

  function rawLog({stateDir}: Sandbox): string[] {
    return readFileSync(`${stateDir}/logs/guardian_j_output.log`, 'utf8').split('\n')
  }

  test('is a line of its own with time and run id, and no part of the output', async () => {
    const box = createSandbox()
    const first = await box.guard('run', '--job', 'j', '--', 'printf', 'no newline')
    await box.guard('run', '--job', 'j', '--', 'echo', 'second')
    const lines = rawLog(box)
    expect(lines).toEqual([expect.stringMatching(header), 'no newline', expect.stringMatching(header), 'second', ''])
    expect(first.stdout).toBe('no newline')
    const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
    const ids = runs.map(({runId}: {runId: string}) => runId)
    expect([lines[2], lines[0]].map((line) => header.exec(line ?? '')?.[1])).toEqual(ids)
    const outputs = await Promise.all(ids.map((id: string) => box.guard('logs', 'j', '--run', id)))
    expect(outputs.map(({stdout}) => stdout)).toEqual(['second\n', 'no newline'])
  })

  test('is not a part of the output of an earlier run whose guard was killed', async () => {
    const box = createSandbox()
    const running = box.start([
      'run',
      '--job',
      'j',
      '--',
      'sh',
      '-c',
      'echo $PPID $$ > pids; echo killed; exec sleep 60',
    ])
    await until(() => running.stdout() === 'killed\n', 'the output')
    const id = box.journal('runs.jsonl')[0]?.['run'] as string
    await box.sh('kill -KILL $(cat pids)')
    await running.ended
    await box.guard('run', '--job', 'j', '--', 'echo', 'next')
    expect((await box.guard('logs', 'j', '--run', id)).stdout).toBe('killed\n')
  })

  test.each([
    ['--no-log-header', '{}', ['--no-log-header']],
    ['logs.headers: false', '{"logs": {"headers": false}}', []],
  ])('is switched off by %s', async (_, settings, flags) => {
    const box = createSandbox()
    box.write('.guardianrc.json', settings)
    await box.guard('run', '--job', 'j', ...flags, '--', 'echo', 'output')
    expect(rawLog(box)).toEqual(['output', ''])
  })

  test('is not searched for the reason of a failure', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', '{"jobs": {"j": {"command": ["sh", "-c", "exit 3"], "failures": {"own": ["run"]}}}}')
    await box.guard('run', 'j')
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', class: 'unknown'})
  })
})

describe('the order of what guard prints', () => {
  const tail = (text: string) => text.trimEnd().split('\n').slice(-3)

  test('a warning comes after all that the job has written', async () => {
    const {sh} = createSandbox()
    const job = 'seq 20000; echo last; exec sleep 60'
    const {stdout} = await sh(`exec guard run --job j --timeout 3s -- sh -c '${job}' 2>&1`)
    expect(tail(stdout)).toEqual(['20000', 'last', `guard: j: timed out after 3s; ${endedByTerm}`])
  })

  test('a retry note stands between the two attempts', async () => {
    const {sh, write} = createSandbox()
    write('.guardianrc.json', '{"defaults": {"retry": {"firstDelay": "1ms"}}}')
    const job = 'seq 20000; echo last $GUARD_ATTEMPT; exit 3'
    const {stdout} = await sh(`exec guard run --job j --retries 1 -- sh -c '${job}' 2>&1`)
    const lines = stdout.split('\n').filter((line) => !/^\d+$/.test(line))
    expect(lines).toEqual(['last 1', expect.stringContaining('guard: j: attempt 1 failed'), 'last 2', ''])
    expect(stdout.split('\n')).toHaveLength(40_004)
  })

  test.each(['2>&1', '2>err'])('recovery lines stand after the run and before its verification: %s', async (to) => {
    const {sh, write, path} = createSandbox()
    const script = 'seq 20000 >&2; echo last $GUARD_ATTEMPT >&2; exit 2'
    const recovery = [{do: 'exec', command: ['true']}, {do: 'verify'}]
    write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', script], recovery}}}))
    const {stdout} = await sh(`exec guard run j ${to}`)
    const text = to === '2>&1' ? stdout : readFileSync(path('err'), 'utf8')
    expect(text.split('\n').filter((line) => !/^\d+$/.test(line))).toEqual([
      'last 1',
      expect.stringMatching(/^guard: run true: ok/),
      'last 2',
      expect.stringMatching(/^guard: check again: failed/),
      '',
    ])
  })

  test('with --quiet the lines stand in their place in what is shown at the end', async () => {
    const {sh} = createSandbox()
    const job = 'echo last $GUARD_ATTEMPT; exit 3'
    const {stdout} = await sh(`exec guard run --quiet --job j --retries 1 -- sh -c '${job}' 2>&1`)
    expect(stdout.split('\n')).toEqual(['last 1', expect.stringContaining('attempt 1 failed'), 'last 2', ''])
  })
})

describe('a reader that is gone', () => {
  const codes = '; echo $? > code; } 2>&1 | head -1'

  test.each([
    ['guard run', 'guard run --job j --retries 2 --'],
    ['guard retry', 'guard retry --delay 1ms --'],
  ])('a job that has failed before that was found is not run again by %s', async (_, guard) => {
    const box = createSandbox()
    box.write('.guardianrc.json', '{"defaults": {"retry": {"firstDelay": "1ms"}}}')
    const job = 'echo ran >> ran; sleep 0.2; echo connect ECONNREFUSED 127.0.0.1:80; exit 1'
    await box.sh(`${guard} sh -c '${job}' 2>&1 < /dev/null | true`)
    expect(readFileSync(box.path('ran'), 'utf8')).toBe('ran\n')
  })

  test('ends the job as it ends without guard, and is not trouble of the job', async () => {
    const box = createSandbox()
    const {stdout} = await box.sh(`{ guard run --job j --retries 3 -- yes${codes}`)
    expect([stdout, readFileSync(box.path('code'), 'utf8')]).toEqual(['y\n', '141\n'])
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({
      ...{kind: 'ended', outcome: 'killed', class: 'reader-gone', exitCode: 141, signal: 'SIGPIPE', attempts: 1},
    })
    expect(box.journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released', status: 'ok'})
  })

  test('is told apart from the runs that count', async () => {
    const box = createSandbox()
    await box.sh(`{ guard run --job only -- yes${codes}`)
    const only = await box.guard('status', 'only')
    expect(only.stdout).toMatch(/^ {2}Outcomes +no run that counts has ended yet, 1 cut short$/m)
    expect((await box.guard('why', 'only')).stdout.replace(/\s+/g, ' ')).toMatch(
      /^Whether only is well is not known: its last run was cut short .* ago \(the reader of its output has gone\), which says nothing for or against it\. Its last run /,
    )
    await box.sh(`guard run --job j -- true; { guard run --job j -- yes${codes}`)
    const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
    const page = (await box.guard('status', 'j')).stdout
    expect(page).toMatch(/^ {2}Outcomes .* 1 of 1 run healthy, 1 cut short$/m)
    const took = /^ {2}Last run +killed, exit 141, (.*)$/m.exec(page)?.[1]
    expect(took).toBe(roundSpan(runs[0].durationMs))
    const why = (await box.guard('why', 'j')).stdout
    expect(why).toMatch(/^j is healthy: its last run that counts ended well /)
    expect(why).toContain('1 of its last 2 runs was healthy, 1 cut short.')
  })

  test('ends with TERM after --kill-after a job that ignores PIPE', async () => {
    const box = createSandbox()
    const job = 'trap "" PIPE; while :; do echo y; done'
    await box.sh(`{ guard run --job j --kill-after 1s -- sh -c '${job}'${codes}`)
    expect(readFileSync(box.path('code'), 'utf8')).toBe('141\n')
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({class: 'reader-gone', signal: 'SIGTERM'})
  })

  test('needs no recovery, and opens no incident', async () => {
    const box = createSandbox()
    const recovery = [{do: 'exec', command: ['touch', 'recovered']}]
    const settings = {jobs: {j: {command: ['yes'], recovery, recoverOn: ['killed'], schedule: '0 0 1 1 *'}}}
    box.write('.guardianrc.json', JSON.stringify(settings))
    await box.guard('run', '--job', 'j', '--', 'true')
    await box.sh(`{ guard run j${codes}`)
    expect(existsSync(box.path('recovered'))).toBe(false)
    const {jobs} = JSON.parse((await box.guard('watchdog', '--json')).stdout)
    expect(jobs).toMatchObject([{job: 'j', verdict: 'healthy'}])
    expect(box.journal('incidents.jsonl').filter(({kind}) => kind === 'opened')).toEqual([])
  })

  test('ends the job too where the other stream is a file', async () => {
    const box = createSandbox()
    await box.sh('{ guard run --job j -- yes 2> err; echo $? > code; } | head -1')
    expect(readFileSync(box.path('code'), 'utf8')).toBe('141\n')
  })

  test('does not end the job where --quiet shows nothing until the end', async () => {
    const box = createSandbox()
    await box.sh('{ guard run --quiet --job j -- sh -c "seq 50000"; echo $? > code; } 2>&1 | true')
    expect(readFileSync(box.path('code'), 'utf8')).toBe('0\n')
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome: 'healthy'})
  })
})

describe('--overlap', () => {
  async function holding(box: Sandbox, ...flags: string[]) {
    const job = 'echo first; touch on; while [ ! -e end ]; do sleep 0.05; done; echo last'
    const running = box.start(['run', '--job', 'j', ...flags, '--', 'sh', '-c', job])
    await until(() => existsSync(box.path('on')), 'the start of the first run')
    return running
  }

  test('wait runs after the other one', async () => {
    const box = createSandbox()
    const first = await holding(box)
    const second = box.start(['run', '--job', 'j', '--overlap', 'wait', '--', 'test', '-e', 'end'])
    box.write('end', '')
    expect((await first.ended).code).toBe(0)
    expect((await second.ended).code).toBe(0)
  })

  test('wait gives up after --wait', async () => {
    const box = createSandbox()
    const first = await holding(box)
    const {code, stderr} = await box.guard('run', '--job', 'j', '--overlap', 'wait', '--wait', '200ms', '--', 'true')
    expect([code, stderr]).toEqual([75, expect.stringContaining('the wait is over')])
    box.write('end', '')
    await first.ended
  })

  test('cancel-other ends the other run, which says on record and on standard error by which, and runs', async () => {
    const box = createSandbox()
    const first = await holding(box)
    expect((await box.guard('run', '--job', 'j', '--overlap', 'cancel-other', '--', 'true')).code).toBe(0)
    const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
    const detail = `run ${runs[0].runId} has cancelled it (overlap: cancel-other)`
    expect(await first.ended).toMatchObject({code: 143, stderr: `guard: j: ${detail}\n`})
    expect(runs).toMatchObject([
      {outcome: 'healthy'},
      {outcome: 'killed', class: 'cancelled', cancelledBy: runs[0].runId, detail},
    ])
    const {stdout} = await box.guard('why', 'j', '--run', runs[1].runId)
    expect(stdout.replace(/\s+/g, ' ')).toContain(`It was cancelled by run ${runs[0].runId} (overlap: cancel-other).`)
  })

  test('allow runs beside it, and each shows its own output; the log has both', async () => {
    const box = createSandbox()
    const first = await holding(box, '--overlap', 'allow')
    const second = await box.guard('run', '--job', 'j', '--overlap', 'allow', '--', 'sh', '-c', 'echo a; echo b >&2')
    expect(second).toMatchObject({code: 0, stdout: 'a\n', stderr: 'b\n'})
    box.write('end', '')
    expect(await first.ended).toMatchObject({code: 0, stdout: 'first\nlast\n', stderr: ''})
    expect(box.log('j').split('\n').sort()).toEqual(['', 'a', 'b', 'first', 'last'])
    expect(filesIn(box.path('state/spool'))).toEqual([])
  })
})

describe('further flags', () => {
  test('--plan says what would be done, and does nothing', async () => {
    const {guard, write, path} = createSandbox()
    write('job.sh', 'touch ran\n')
    const {code, stdout} = await guard('run', '--plan', '--timeout', '90s', 'job.sh', 'an argument')
    expect(code).toBe(0)
    expect(stdout).toContain(`command       ["bash","${path('job.sh')}","an argument"]`)
    expect(stdout).toContain('timeout       90s')
    expect([existsSync(path('ran')), existsSync(path('state'))]).toEqual([false, false])
    const json = JSON.parse((await guard('run', '--plan', '--json', 'job.sh')).stdout)
    expect(json).toMatchObject({
      job: expect.stringMatching(/^job-[0-9a-f]{8}$/),
      command: ['bash', path('job.sh')],
      overlap: 'skip',
    })
  })

  test('--timeout 0 and --silence 0 take the limits of the settings away, as --plan says', async () => {
    const {guard, write} = createSandbox()
    write('.guardianrc.yaml', 'jobs: {j: {command: ["true"], timeout: 5m, silence: 1m}}\n')
    const plan = async (...more: string[]) =>
      (await guard('run', '--plan', '--timeout', '0', '--silence', '0', ...more, 'j')).stdout
    expect(await plan()).toMatch(/^timeout +none\nsilence +none$/m)
    expect(JSON.parse(await plan('--json'))).toMatchObject({timeoutMs: null, silenceMs: null})
  })

  test('--plan --json has values and no prose', async () => {
    const {guard, write} = createSandbox()
    write('.guardianrc.yaml', 'jobs: {j: {command: ["true"], timeout: 5m, recovery: [{do: wait, for: 2s}]}}\n')
    const plan = async (...args: string[]) => JSON.parse((await guard('run', '--plan', '--json', ...args)).stdout)
    expect(await plan('--job', 'other', '--', 'true')).toMatchObject({
      ...{settingsFile: expect.any(String), cwd: null, timeoutMs: null, silenceMs: null, waitMs: null},
      ...{ttlMs: expect.any(Number), killAfterMs: 10_000, maxAttempts: 1, recovery: [], budget: null, breaker: null},
    })
    expect(await plan('j')).toMatchObject({
      timeoutMs: 300_000,
      recovery: [{do: 'wait', forMs: 2000}],
      budget: {recoveries: expect.any(Number), perMs: expect.any(Number)},
    })
  })

  test('--shell gives the words to a shell; without it they are never seen by one', async () => {
    const {guard} = createSandbox()
    expect((await guard('run', '--shell', '--job', 'j', '--', 'echo $((1 + 1)) | cat; exit 3')).stdout).toBe('2\n')
    expect((await guard('run', '--job', 'j', '--', 'echo', '$HOME `id` | cat')).stdout).toBe('$HOME `id` | cat\n')
  })

  test('--cwd is where the job runs; the script is found from where guard was started', async () => {
    const {guard, write} = createSandbox()
    write('job.sh', 'pwd\n')
    expect((await guard('run', '--cwd', '/usr', 'job.sh')).stdout).toBe('/usr\n')
  })

  test('--interactive gives the job the terminal itself, and keeps no log', async () => {
    const {sh, stateDir, journal} = createSandbox()
    const line = "guard run --interactive --job j -- sh -c 'test -t 0 && test -t 1 && tty && ps -o stat= -p \\$\\$'"
    const {code, stdout} = await sh(`script -qec "${line}" /dev/null`)
    expect(code).toBe(0)
    // In the foreground group of the terminal.
    expect(stdout).toMatch(/^\/dev\/pts\/\d+\r\n\S*\+\r\n$/)
    expect(existsSync(`${stateDir}/logs/guardian_j_output.log`)).toBe(false)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome: 'healthy'})
  })

  test('a failed job is tried again with --retries, but not after guard was asked to end', async () => {
    const box = createSandbox()
    const job = 'trap "exit 3" TERM; echo x >> tries; while :; do sleep 0.05; done'
    const running = box.start(['run', '--job', 'j', '--retries', '3', '--', 'sh', '-c', job])
    await until(() => existsSync(box.path('tries')), 'the start')
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(3)
    expect(readFileSync(box.path('tries'), 'utf8')).toBe('x\n')
  })

  test('one log takes the output of all attempts, each line once', async () => {
    const {guard, write, log} = createSandbox()
    write('.guardianrc.json', '{"defaults": {"retry": {"firstDelay": "300ms"}}}')
    const job = 'echo try $GUARD_ATTEMPT; echo err $GUARD_ATTEMPT >&2; exit 3'
    const {code, stdout, stderr} = await guard('run', '--job', 'j', '--retries', '2', '--', 'sh', '-c', job)
    expect([code, stdout]).toEqual([3, 'try 1\ntry 2\ntry 3\n'])
    expect(stderr.split('\n').filter((line) => line.startsWith('err'))).toEqual(['err 1', 'err 2', 'err 3'])
    expect(log('j').split('\n')).toHaveLength(7)
  })
})

test('what guard says is on standard error, and a terminal that hangs up loses nothing of the log', async () => {
  const box = createSandbox()
  const job = 'trap "" HUP; echo $$ > leader; while [ ! -e end ]; do sleep 0.05; done; echo last; touch done'
  box.write('job.sh', job)
  const terminal = box.start(['run', '--job', 'j', 'job.sh'])
  await until(() => existsSync(box.path('leader')), 'the start')
  terminal.kill('SIGHUP')
  box.write('end', '')
  await until(() => existsSync(box.path('done')), 'the end')
  expect((await terminal.ended).code).toBe(0)
  expect(box.log('j')).toBe('last\n')
  expect(isAlive(Number(readFileSync(box.path('leader'), 'utf8')))).toBe(false)
})
