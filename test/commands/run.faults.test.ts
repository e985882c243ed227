import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, lchownSync, mkdirSync, readFileSync, statSync, symlinkSync} from 'node:fs'
import {describe, expect, onTestFinished, test} from 'vitest'
import {
  asOrdinaryUser,
  createSandbox,
  endAfterTest,
  filesIn,
  form,
  isAlive,
  isRoot,
  type Sandbox,
} from '../support/sandbox.js'

/** Whatever is wrong around it, the job runs if it can, the user is told, and the exit code is the job's. */

test('a script that this user may not read gives 126 and a record', async () => {
  const box = createSandbox()
  box.write('secret.sh', 'true\n', 0o000)
  const line = asOrdinaryUser(box, 'exec guard run secret.sh')
  const {code, stderr} = await box.sh(line)
  expect([code, stderr]).toEqual([
    126,
    expect.stringMatching(/^guard: secret\.sh: is not readable by this user\n {2}- check it: ls -ld/),
  ])
  expect(box.journal('runs.jsonl').at(-1)).toMatchObject({
    job: expect.stringMatching(/^secret-[0-9a-f]{8}$/),
    outcome: 'not-started',
  })
})

test('an interpreter that is not on PATH gives 127 and its name', async () => {
  const {sh, write} = createSandbox()
  write('job.rb', 'puts 1\n')
  const {code, stderr} = await sh('guard=$(command -v guard); PATH=/nowhere exec "$guard" run job.rb')
  expect([code, stderr]).toEqual([127, 'guard: ruby: no such program\n  - searched in /nowhere\n'])
})

describe('a state directory that cannot be used: the job runs, the user is warned', () => {
  const job = ['run', '--job', 'j', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']
  const told = (words: RegExp) => ({code: 3, signal: null, stdout: 'out\n', stderr: expect.stringMatching(words)})

  test('it is a file', async () => {
    const {guard, write, path} = createSandbox()
    write('file', '')
    const ended = await guard('run', '--state-dir', path('file'), ...job.slice(1))
    expect(ended).toEqual(
      told(/^guard: state directory \S+ is not a directory; j runs without record or lease\nerr\n$/),
    )
  })

  test('every user may write it', async () => {
    const {guard, path} = createSandbox()
    mkdirSync(path('state'))
    chmodSync(path('state'), 0o777)
    expect(await guard(...job)).toEqual(told(/is writable by others; j runs without record or lease\nerr\n$/))
  })

  test('its disk is read-only', async () => {
    const box = createSandbox()
    await box.guard('run', '--job', 'j', '--', 'true')
    const before = box.journal('runs.jsonl')
    chmodSync(box.stateDir, 0o500)
    const {code, stdout, stderr} = await box.sh(
      asOrdinaryUser(box, "exec guard run --job j -- sh -c 'echo out; exit 3'"),
    )
    expect([code, stdout]).toEqual([3, 'out\n'])
    expect(stderr).toMatch(/^guard: EACCES: permission denied.*; j runs without record or lease\n$/)
    expect(box.journal('runs.jsonl')).toEqual(before)
  })

  test.skipIf(!isRoot)('it is mounted read-only', async () => {
    const {guard, stateDir} = smallDisk('ro')
    const ended = await guard(...job)
    expect(ended).toEqual(told(/^guard: .*EROFS.*; j runs without record or lease\nerr\n$/))
    expect(filesIn(stateDir)).toEqual([])
  })

  test.skipIf(!isRoot)('its disk is full; once there is room, all is recorded again', async () => {
    const {guard, journal, path, sh} = smallDisk('rw')
    await sh(`head -c 10M /dev/zero > ${path('state/filler')}`)
    const ended = await guard(...job)
    expect(ended).toMatchObject({code: 3, stdout: 'out\n'})
    expect(ended.stderr).toMatch(/ENOSPC/)
    expect(ended.stderr).toMatch(/the disk is full; no log is kept/)
    expect(ended.stderr).toMatch(/^err$/m)
    await sh(`rm ${path('state/filler')}`)
    expect((await guard(...job)).stderr).toBe('err\n')
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', exitCode: 3})
  })

  test.skipIf(!isRoot)(
    'it fills up during the run: its end is that which it left with its lease, and the next run records it',
    async () => {
      const {guard, journal, path, sh, write} = smallDisk('rw')
      await guard('run', '--job', 'j', '--', 'true')
      // So the end of a run finds no room, and the release of its lease does.
      write(
        'fill.sh',
        `runs=${path('state/runs.jsonl')}
      printf "%$((4095 - $(wc -c < $runs) % 4096 - 100))s\\n" "" >> $runs
      head -c 4M /dev/zero > ${path('state/filler')} 2> /dev/null
      true
      `,
      )
      const filling = await guard('run', '--job', 'j', '--', 'sh', path('fill.sh'))
      expect([filling.code, filling.stderr]).toEqual([0, expect.stringMatching(/run of j not recorded.*ENOSPC/)])
      expect(journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released', unclosed: true})
      const told = async (...words: string[]) => (await guard(...words)).stdout
      expect(await told('history', 'j')).not.toContain('interrupted')
      expect(JSON.parse(await told('history', 'j', '--json')).runs[0]).toMatchObject({outcome: 'healthy', exitCode: 0})
      expect(JSON.parse(await told('recover', '--dry-run', '--json'))).toMatchObject({
        interrupted: [],
        ended: [{job: 'j', outcome: 'healthy'}],
      })
      expect(await told('history')).not.toContain('running')
      expect(await told('status')).not.toContain('running')
      expect(await told('status', 'j')).not.toContain('goes on')
      expect(await told('why', 'j')).toMatch(
        /^ {2}now +Its end is not yet recorded: its guard could not record its end/m,
      )
      expect(await told('health')).toMatch(/^runs +degraded/m)

      await sh(`rm ${path('state/filler')}`)
      await guard('run', '--job', 'j', '--', 'true')
      const {runs} = JSON.parse(await told('history', 'j', '--json'))
      expect(runs.map(({outcome}: {outcome: string}) => outcome)).toEqual(['healthy', 'healthy', 'healthy'])
      expect(await told('history', 'j')).not.toContain('interrupted')
      expect(await told('health')).not.toMatch(/^runs +degraded/m)
    },
  )

  test.skipIf(!isRoot)('the job itself has filled its disk, and is told why it failed', async () => {
    const {guard} = smallDisk('rw')
    const printed = 'head -c 4000000 /dev/zero | tr "\\0" x; exit 4'
    const {code, stderr} = await guard('run', '--quiet', '--job', 'j', '--', 'sh', '-c', printed)
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /guard: j: the disk of its log is full \(.*guardian_j_output\.log\); what it printed last may/,
    )
    const {stdout} = await guard('history', 'j')
    expect(stdout).toMatch(/failed .*exit 4.*; the disk of its log is full/)
  })

  test('the log is a link to somewhere else', async () => {
    const {guard, path, write} = createSandbox()
    mkdirSync(path('state/logs'), {recursive: true, mode: 0o700})
    chmodSync(path('state'), 0o700)
    write('victim', 'untouched')
    symlinkSync(path('victim'), path('state/logs/guardian_j_output.log'))
    expect(await guard(...job)).toEqual(told(/is not a plain file of this user; no log is kept\nerr\n$/))
    expect(readFileSync(path('victim'), 'utf8')).toBe('untouched')
  })
})

/** A state directory on a disk of its own with 2 MB. */
function smallDisk(mode: 'ro' | 'rw'): Sandbox {
  const box = createSandbox()
  mkdirSync(box.stateDir, {mode: 0o700})
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=2M,mode=0700,${mode}`, 'tmpfs', box.stateDir])
  onTestFinished(() => {
    execFileSync('umount', ['-l', box.stateDir])
  })
  return box
}

describe('a state directory that is removed during the run', () => {
  test.each(['skip', 'allow'])(
    'is not made again; the run ends with its code and says that its end is not recorded (--overlap %s)',
    async (overlap) => {
      const {sh, stateDir} = createSandbox()
      // Before its process is in the lease, that is not written either.
      const isBound = overlap === 'allow' ? 'true' : `grep -q renewed ${stateDir}/leases.jsonl`
      const wait = `until ${isBound}; do sleep 0.05; done`
      const {code, stdout, stderr} = await sh(
        `guard run --overlap ${overlap} --job j -- sh -c '${wait}; echo out; mv ${stateDir} ${stateDir}.gone; exit 7'`,
      )
      expect([code, stdout, existsSync(stateDir)]).toEqual([7, 'out\n', false])
      const said = [
        `guard: run of j not recorded: state directory ${stateDir} is gone`,
        `guard: the lease of j was not released: state directory ${stateDir} is gone`,
      ]
      expect(stderr.trimEnd().split('\n')).toEqual(overlap === 'skip' ? said : said.slice(0, 1))
    },
  )

  test('costs no retry, recovery or breaker', async () => {
    const {sh, stateDir, write} = createSandbox()
    const recovery = [{do: 'exec', command: ['touch', 'done']}, {do: 'verify'}]
    const job = {command: ['sh', '-c', `mv ${stateDir} ${stateDir}.gone; test -e done`], recovery}
    write(
      '.guardianrc.json',
      JSON.stringify({jobs: {j: {...job, breaker: {target: 'api'}, retry: {maxAttempts: 2, firstDelay: '1ms'}}}}),
    )
    const {code, stderr} = await sh('guard run j')
    expect([code, existsSync(stateDir)]).toEqual([0, false])
    expect(stderr).not.toMatch(/another run/)
  })
})

describe('where guard is started', () => {
  test('a directory that has vanished: the job runs', async () => {
    const {sh, journal} = createSandbox()
    const {code, stdout} = await sh("mkdir a && cd a && rmdir ../a && guard run --job j -- sh -c 'echo out; exit 3'")
    expect([code, stdout]).toEqual([3, 'out\n'])
    const script = await sh('mkdir b && cd b && rmdir ../b && guard run job.sh')
    expect([script.code, script.stderr]).toEqual([
      127,
      expect.stringMatching(/guard: job\.sh: the working directory does not exist any more/),
    ])
    expect(journal('runs.jsonl').filter(({kind}) => kind === 'ended')).toHaveLength(2)
  })

  test.each([
    ['as it is', '', ''],
    ['with descriptors open', 'exec 3< /dev/null 4< /dev/null', ''],
    ['also where another one has its name', 'mkdir ../a', ''],
    ['also as what --cwd begins at', '', '--cwd .'],
  ])('a directory that has vanished is that of the job, %s', async (_, preparation, flags) => {
    const box = createSandbox()
    box.write(
      'job.sh',
      `mkdir a\ncd a\nrmdir ../a\n${preparation}\nexec guard run ${flags} -- readlink /proc/self/cwd\n`,
    )
    expect(await box.sh('exec bash job.sh')).toMatchObject({code: 0, stdout: `${box.path('a')} (deleted)\n`})
  })

  test('a directory that has vanished and that the user may not read: the job runs in no other', async () => {
    const box = createSandbox()
    const line = 'mkdir a && cd a && chmod 300 . && rmdir ../a && exec guard run --job j -- readlink /proc/self/cwd'
    const {code, stdout, stderr} = await box.sh(asOrdinaryUser(box, line))
    if (form === 'node') return expect([code, stdout]).toEqual([0, `${box.path('a')} (deleted)\n`])
    expect([code, stdout]).toEqual([126, ''])
    expect(stderr).toMatch(/guard: cannot start in the working directory, which is gone/)
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'not-started', exitCode: 126})
  })

  test.skipIf(!isRoot)('a directory whose path the user may not follow is that of the job', async () => {
    const box = createSandbox()
    box.write('closed/open/file', '')
    const line = asOrdinaryUser(box, 'exec guard run --job j -- ls')
    chmodSync(box.path('closed'), 0o700)
    lchownSync(box.path('closed'), 0, 0)
    expect(await box.sh(`cd closed/open && ${line}`)).toMatchObject({code: 0, stdout: 'file\n'})
  })

  test('by an ordinary user: state and logs are for that user alone', async () => {
    const box = createSandbox()
    const {code, stdout} = await box.sh(asOrdinaryUser(box, "exec guard run --job j -- sh -c 'id -u; exit 3'"))
    expect(code).toBe(3)
    expect(stdout).not.toBe('0\n')
    expect(statSync(box.stateDir).mode & 0o777).toBe(0o700)
    for (const file of filesIn(box.stateDir).map((name) => `${box.stateDir}/${name}`))
      expect([file, statSync(file).mode & 0o077]).toEqual([file, 0])
  })
})

describe('the streams', () => {
  const job = "sh -c 'echo out; echo err >&2; exit 3'"

  test('standard input is handed on', async () => {
    const {guardWith} = createSandbox()
    expect((await guardWith({input: 'a\nb\n'}, 'run', '--', 'wc', '-l')).stdout.trim()).toBe('2')
  })

  test('closed standard input: the job runs', async () => {
    const {sh} = createSandbox()
    expect(await sh(`exec guard run --job j -- ${job} <&-`)).toMatchObject({code: 3, stdout: 'out\n', stderr: 'err\n'})
  })

  test('closed standard output and error: the job runs, and the log has everything', async () => {
    const {sh, log} = createSandbox()
    expect((await sh(`exec guard run --job j -- ${job} >&- 2>&-`)).code).toBe(3)
    expect(log('j')).toBe('out\nerr\n')
  })

  test('a reader that leaves early takes nothing from a job that has ended by then, nor from its log', async () => {
    const {sh, log, path} = createSandbox()
    // More than a pipe holds, so that the reader leaves while guard has some of it to pass on.
    const job = "{ guard run --job j -- sh -c 'seq 50000; exit 3'; echo $? > code; }"
    const reader = '{ head -1; until grep -q \'"kind":"ended"\' state/runs.jsonl; do sleep 0.05; done; }'
    expect((await sh(`${job} | ${reader}`)).stdout).toBe('1\n')
    expect(readFileSync(path('code'), 'utf8')).toBe('3\n')
    expect(log('j').split('\n')).toHaveLength(50_001)
  })

  describe('that have no space for the output', () => {
    const said = 'guard: a part of the output could not be passed on: ENOSPC: no space left on device, write\n'

    test('fail the run, as the job would fail without guard; the log has everything', async () => {
      const {sh, log, journal, guard} = createSandbox()
      const {code, stderr} = await sh('exec guard run --job j --retries 2 -- echo out > /dev/full')
      expect([code, stderr]).toEqual([74, said])
      expect(log('j')).toBe('out\n')
      const end = {kind: 'ended', outcome: 'failed', class: 'output-lost', exitCode: 74, attempts: 1}
      expect(journal('runs.jsonl').at(-1)).toMatchObject(end)
      expect(journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released', status: 'error'})
      expect((await guard('why', 'j')).stdout).toMatch(/failed with exit 74 .*class output-lost: a part of its output/)
    })

    test("leave the job's own exit code and class", async () => {
      const {sh, journal} = createSandbox()
      const job = 'echo connect ECONNREFUSED 127.0.0.1:80; exit 3'
      const {code, stderr} = await sh(`exec guard run --job j -- sh -c '${job}' > /dev/full`)
      expect([code, stderr]).toEqual([3, said])
      expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'failed', class: 'connection', exitCode: 3})
    })

    test('change nothing with --quiet, which passes nothing on', async () => {
      const {sh} = createSandbox()
      expect(await sh('exec guard run --quiet --job j -- echo out > /dev/full')).toMatchObject({code: 0, stderr: ''})
    })

    test.runIf(isRoot)('from some point on fail the run too', async () => {
      const {sh, path} = createSandbox()
      mkdirSync(path('disk'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', path('disk')])
      onTestFinished(() => void execFileSync('umount', ['-l', path('disk')]))
      expect(await sh('exec guard run --job j -- seq 1000000 > disk/dump')).toMatchObject({code: 74, stderr: said})
    })
  })

  test('binary output arrives byte by byte', async () => {
    const {sh, path} = createSandbox()
    await sh('head -c 3000000 /dev/urandom > random; guard run --no-log-header --job j -- cat random > out')
    const hash = (file: string) =>
      createHash('sha256')
        .update(readFileSync(path(file)))
        .digest('hex')
    expect(hash('out')).toBe(hash('random'))
    expect(hash('state/logs/guardian_j_output.log')).toBe(hash('random'))
  })

  test('a log that is emptied during the run gives a warning', async () => {
    const {sh, path} = createSandbox()
    await sh('guard run --job j -- seq 1000')
    const log = path('state/logs/guardian_j_output.log')
    const {stderr} = await sh(`guard run --job j -- sh -c ': > ${log}'`)
    expect(stderr).toMatch(/guardian_j_output.log was emptied during the run/)
  })

  test('a log that is removed during the run gives a warning, and guardian.log has the end of the run', async () => {
    const {guard, path} = createSandbox()
    const {code, stderr} = await guard('run', '--job', 'j', '--', 'rm', '-rf', path('state/logs'))
    expect([code, stderr]).toEqual([
      0,
      `guard: ${path('state/logs/guardian_j_output.log')} was removed during the run\n`,
    ])
    expect(readFileSync(path('state/logs/guardian.log'), 'utf8')).toMatch(/ j ended healthy, exit code 0, /)
    expect((await guard('logs', 'j')).stderr).toMatch(/^guard: the log of run \S+ is not there any more: /)
  })
})

describe('output in great amounts', () => {
  const boundMiB = 150
  const peak = (text: string) => Number(/VmHWM:\s*(\d+)/.exec(text)?.[1]) / 1024

  /** The job itself looks at the memory of guard, its parent, at the end. */
  test.each([
    ['1 GB', 'dd if=/dev/zero bs=1M count=1000 status=none', 1_048_576_000],
    ['a line of 100 MB', 'head -c 100000000 /dev/zero', 100_000_000],
  ])('%s leaves the memory of guard bounded', async (_, produce, bytes) => {
    const {sh, path, write} = createSandbox()
    // Or a slow machine would rotate the log before the job is over.
    write('.guardianrc.json', '{"logs": {"maxSize": "2GB"}}')
    write('job.sh', `${produce}\ngrep VmHWM /proc/$PPID/status > memory\nexit 1\n`)
    const {code, stdout} = await sh('guard run --no-log-header --job j job.sh | wc -c; exit 0')
    expect(code).toBe(0)
    expect(Number(stdout)).toBe(bytes)
    expect(peak(readFileSync(path('memory'), 'utf8'))).toBeLessThan(boundMiB)
    expect(statSync(path('state/logs/guardian_j_output.log')).size).toBe(bytes)
  })
})

describe('a job that does not end as one expects', () => {
  test('one that closes its output and goes on is waited for', async () => {
    const {guard} = createSandbox()
    expect((await guard('run', '--', 'sh', '-c', 'exec >&- 2>&-; sleep 0.4; exit 3')).code).toBe(3)
  })

  test('one that leaves a daemon behind, which keeps the output open, is not waited for', async () => {
    const {sh, path} = createSandbox()
    const begun = Date.now()
    const {stdout} = await sh('guard run --job j -- sh -c "(setsid sleep 20 & echo \\$! > pid); echo done" | cat')
    expect(stdout).toBe('done\n')
    expect(Date.now() - begun).toBeLessThan(10_000)
    endAfterTest(Number(readFileSync(path('pid'), 'utf8')))
  })

  test('one that ignores TERM is killed after --kill-after', async () => {
    const {guard, journal} = createSandbox()
    const job = 'trap "" TERM; while :; do sleep 0.1; done'
    expect((await guard('run', '--timeout', '2s', '--kill-after', '300ms', '--', 'sh', '-c', job)).code).toBe(124)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'timed-out', signal: 'SIGKILL'})
  })

  test('a stopped one is ended too', async () => {
    const {guard} = createSandbox()
    expect((await guard('run', '--timeout', '200ms', '--', 'sh', '-c', 'kill -STOP $$')).code).toBe(124)
  })

  test('at the timeout, descendants that left the group are ended, and no other process is', async () => {
    const {guard, path, sh} = createSandbox()
    await sh('setsid sleep 60 > /dev/null 2>&1 & echo $! > other')
    const other = Number(readFileSync(path('other'), 'utf8'))
    endAfterTest(other)
    const job = [
      'sleep 60 & echo $! > child',
      'setsid sleep 60 & echo $! > session',
      '(setsid sh -c "sleep 60 & echo \\$! > double" &)',
      'setsid sh -c "trap \'\' TERM; echo \\$\\$ > deaf; while :; do sleep 0.05; done" & sleep 60',
    ].join('\n')
    const {code} = await guard('run', '--timeout', '3s', '--kill-after', '300ms', '--', 'sh', '-c', job)
    expect(code).toBe(124)
    const pidOf = (name: string) => Number(readFileSync(path(name), 'utf8'))
    const left = ['child', 'session', 'double', 'deaf'].filter((name) => isAlive(pidOf(name)))
    expect(left).toEqual([])
    expect(isAlive(other)).toBe(true)
  })
})

describe('the exit code is handed on, whatever happens to the files of the run', () => {
  test.each([
    ['the folder of logs', 'rm -rf state/logs'],
    ['the folder of spools', 'rm -rf state/spool'],
    ['the whole state directory', 'rm -rf state'],
    ['the log, for a folder', 'rm state/logs/*j_*; mkdir state/logs/guardian_j_output.log'],
    ['the journals', 'rm -rf state/.gen state/*.jsonl'],
  ])('%s goes in the middle', async (_, line) => {
    const {sh} = createSandbox()
    const job = `echo connect ECONNREFUSED; ${line}; echo last; exit 7`
    // With two places for the streams there are spools.
    for (const to of ['2>&1 | cat', '2>err | cat']) {
      const {stdout} = await sh(
        `{ timeout -k 1 15 guard run --job j -- sh -c '${job}'; echo "code $?" >&3; } 3>&1 ${to}`,
      )
      expect(stdout).toContain('code 7\n')
    }
  })

  test.each(['mkfifo', 'mkdir'])('%s has made something else in the place of the log: no log is kept', async (make) => {
    const {guard, sh, path} = createSandbox()
    await sh(`mkdir -p state/logs && chmod -R go= state && ${make} state/logs/guardian_j_output.log`)
    const {code, stdout, stderr} = await guard('run', '--job', 'j', '--', 'sh', '-c', 'echo out; exit 4')
    expect([code, stdout]).toEqual([4, 'out\n'])
    expect(stderr).toContain(`${path('state/logs/guardian_j_output.log')} is not a plain file`)
    expect(stderr).toContain('no log is kept')
  })
})

describe('the result file', () => {
  test.each([
    ['endless', 'head -c 50000000 /dev/zero > $GUARD_RESULT_FILE', /result file not used: it is larger than 65536/],
    ['a FIFO', 'mkfifo $GUARD_RESULT_FILE', /result file not used: it is not a file/],
    ['a directory', 'mkdir $GUARD_RESULT_FILE', /result file not used: it is not a file/],
    ['a link', 'ln -s /etc/passwd $GUARD_RESULT_FILE', /result file not used: ELOOP/],
  ])('%s: the exit code decides, and the file is removed', async (_, job, words) => {
    const {guard, journal, path} = createSandbox()
    const {code, stderr} = await guard('run', '--', 'sh', '-c', `${job}; exit 1`)
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)])
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'degraded'})
    expect(filesIn(path('state/spool'))).toEqual([])
    expect(existsSync('/etc/passwd')).toBe(true)
  })

  test('has a place even where nothing else can be written', async () => {
    const {guard, write, path} = createSandbox()
    write('file', '')
    const job = 'echo "{\\"outcome\\": \\"degraded\\"}" > $GUARD_RESULT_FILE'
    const {stdout} = await guard('run', '--json', '--state-dir', path('file'), '--', 'sh', '-c', job)
    expect(JSON.parse(stdout)).toMatchObject({outcome: 'degraded', exitCode: 0})
  })
})

test('settings that cannot be read stop the jobs that they may name; scripts and command lines run', async () => {
  const {guard, write, path} = createSandbox()
  write('.guardianrc.yaml', 'jobs: [\n')
  write('hello.sh', 'echo hello\n')
  const refused = await guard('run', 'backup')
  expect(refused.code).toBe(78)
  expect(refused.stderr).toMatch(/\.guardianrc\.yaml cannot be loaded: .*\(2:1\)\n {4}line 1: jobs: \[\n/)
  expect((await guard('run', '--', 'touch', path('ran'))).code).toBe(0)
  expect(existsSync(path('ran'))).toBe(true)
  expect(await guard('run', 'hello.sh')).toMatchObject({code: 0, stdout: 'hello\n', stderr: ''})
})

test('a log folder below /proc is refused, and the job runs all the same', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc.json', JSON.stringify({logDir: '/proc/guard/logs'}))
  const ended = await guard('run', '--job', 'j', '--', 'echo', 'out')
  expect([ended.code, ended.stdout]).toEqual([0, 'out\n'])
  expect(ended.stderr).toContain('log folder /proc/guard/logs is on a virtual file system of the kernel')
})
