import {existsSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import stringWidth from 'fast-string-width'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Ended, isAlive, type Sandbox, until} from '../support/sandbox.js'
import {linesInTerminal} from '../support/terminal.js'

/** Half a year away, so that its first day is not today. */
const farMonth = (new Date().getUTCMonth() + 6) % 12

const settings = {
  jobs: {
    good: {command: ['true'], schedule: '*/5 * * * *'},
    import_a: {command: ['sh', '-c', 'echo "connect ECONNREFUSED 10.0.0.5:5432"; exit 3'], schedule: '0 3 * * *'},
    import_b: {command: ['sh', '-c', 'echo "connect ECONNREFUSED 10.0.0.5:5432"; exit 3'], schedule: '0 3 * * *'},
    half: {command: ['sh', '-c', 'exit 1'], schedule: '0 4 * * *'},
    a_job_whose_name_is_longer_than_the_column_for_names: {command: ['true']},
    never: {command: ['true'], schedule: `0 3 1 ${farMonth + 1} *`},
  },
}

/** Each job but `never` has run twice. */
async function machine(): Promise<Sandbox> {
  const box = createSandbox()
  box.write('.guardianrc.json', JSON.stringify(settings))
  for (const job of Object.keys(settings.jobs).filter((name) => name !== 'never'))
    for (const _ of [1, 2]) await box.guard('run', job)
  return box
}

const linesOf = ({stdout}: Ended) => stdout.split('\n').filter((line) => line !== '')

describe('guard status', () => {
  test('lists the jobs that need a person first, each with its reason, and exits with 1', async () => {
    const box = await machine()
    const status = await box.guard('status', '--utc')
    expect(status).toMatchObject({code: 1, stderr: ''})
    const [head, ...lines] = linesOf(status)
    expect(head).toMatch(/^2 of 6 jobs need you +\w{3} \d+ \w{3} \d\d:\d\d:\d\d UTC$/)
    expect(lines[0]).toMatch(
      /^X 2 jobs: connection: connect ECONNREFUSED 10\.0\.0\.5:5432; first import_a at \d\d:\d\d$/,
    )
    expect(lines[1]).toBe('    import_b import_a')
    expect(lines[2]).toMatch(/^! half .* !! +\d+ m?s +\d+ m?s +.*04:00$/)
    expect(lines[3]).toMatch(/^ {4}degraded: its last run ended degraded/)
    expect(lines.at(-1)).toMatch(/^- never .* never +1 \w{3} 03:00$/)
  })

  test('a job that its settings have given up needs nobody, until it runs once more', async () => {
    const box = createSandbox()
    const named = (name: string) =>
      box.write('.guardianrc.json', JSON.stringify({jobs: {[name]: {command: ['sh', '-c', 'exit 3']}}}))
    named('old')
    await box.guard('run', 'old')
    await box.guard('watchdog')
    expect((await box.guard('status')).code).toBe(2)
    named('new')
    expect((await box.guard('status', 'old')).code).toBe(2)
    expect((await box.guard('watchdog')).stdout).toContain('it is watched no longer')
    const {code, stdout} = await box.guard('status')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^none of 2 jobs needs you/)
    expect((await box.guard('why', 'old')).stdout).toContain('it is watched no longer')
    await box.guard('run', '--job', 'old', '--', 'sh', '-c', 'exit 3')
    expect(await box.guard('status')).toMatchObject({code: 1, stdout: expect.stringMatching(/^X old /m)})
  })

  test('has each job that hangs with its own reason', async () => {
    const box = createSandbox()
    const writes = (files: string) => ({command: ['true'], outputs: [{files, maxAge: '1s'}], grace: '1s'})
    box.write('.guardianrc.json', JSON.stringify({jobs: {one: writes('one/*.json'), two: writes('two/*.json')}}))
    for (const job of ['one', 'two']) await box.guard('run', job)
    while (!/one +hung.*two +hung/s.test((await box.guard('watchdog', '--verbose')).stdout));
    const {stdout} = await box.guard('status')
    expect(stdout).toMatch(/^X one .*\n {4}hung: .* no file matches one\/\*\.json/m)
    expect(stdout).toMatch(/^X two .*\n {4}hung: .* no file matches two\/\*\.json/m)
  })

  test('has each job as an entry of its own on demand, or only those in one state', async () => {
    const box = await machine()
    const {stdout} = await box.guard('status', '--group', 'none')
    expect(stdout.match(/^X import_/gm)).toHaveLength(2)
    const {jobs} = JSON.parse((await box.guard('status', '--state', 'failing', '--json')).stdout) as {jobs: object[]}
    expect(jobs).toMatchObject([
      {job: 'import_b', state: 'failing', verdict: 'failing', recent: ['failed', 'failed']},
      {job: 'import_a', state: 'failing'},
    ])
    expect((await box.guard('status', 'good', 'never', '--json')).code).toBe(0)
    expect((await box.guard('status', '--state', 'hung')).stdout).toBe('no job is hung\n')
  })

  test('fits a terminal of 80 columns, where a long name stands on a line of its own', async () => {
    const box = await machine()
    const lines = await linesInTerminal(box, 'LANG=C.UTF-8 guard status')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines).toContain('✓ a_job_whose_name_is_longer_than_the_column_for_names')
    expect(lines.at(-1)).toBe('guard why JOB tells the story; ↓ ↑ = shorter, longer than usual')
    const ascii = await linesInTerminal(box, 'LANG=C guard status')
    expect(ascii.join('')).not.toMatch(/[^\x20-\x7e]/)
  })

  test('on a terminal lists as many healthy jobs as there is room for, and counts the others', async () => {
    const box = createSandbox()
    const jobs = Object.fromEntries(Array.from({length: 30}, (_, index) => [`job_${index}`, {command: ['true']}]))
    box.write('.guardianrc.json', JSON.stringify({jobs}))
    const lines = await linesInTerminal(box, 'guard status')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.join('\n')).toMatch(/^- 30 unknown$[\s\S]*^13 more: guard status --all/m)
    expect((await linesInTerminal(box, 'guard status --all')).filter((line) => line.includes('job_'))).toHaveLength(30)
  })

  test('of one job shows schedule, outcomes, last run, lease, breaker, incident and last lines', async () => {
    const box = await machine()
    const {stdout, code} = await box.guard('status', 'import_a')
    expect(code).toBe(1)
    for (const fact of [
      /^import_a +X failing, last run \d+ m?s ago$/m,
      /^ {2}Schedule +0 3 \* \* \*, local time; next .*03:00 \(in \d+ \w+\)$/m,
      /^ {2}Started by No crontab starts it: \d+ lines? of cron read\./m,
      /^ {2}Outcomes +XX {2}0 of 2 runs healthy$/m,
      /^ {2}Last run +failed, exit 3, \d+ m?s$/m,
      /^ {2}Lease +free; token \d+ was given back$/m,
      /^ {2}\| connect ECONNREFUSED 10\.0\.0\.5:5432$/m,
      /^Next: {2}guard why import_a, guard logs import_a$/m,
    ])
      expect(stdout).toMatch(fact)
    const page = JSON.parse((await box.guard('status', 'import_a', '--json')).stdout) as object
    expect(page).toMatchObject({
      job: 'import_a',
      lastRun: {outcome: 'failed'},
      lastLines: [expect.stringContaining('ECONN')],
    })
  })

  test('of one job counts no skipped run as one that ended badly', async () => {
    const box = createSandbox()
    box.write(
      '.guardianrc.json',
      JSON.stringify({breakers: {targets: {api: {}}}, jobs: {scan: {breaker: {target: 'api'}, command: ['true']}}}),
    )
    await box.guard('breaker', 'open', 'api', '--reason', 'planned')
    await box.guard('run', 'scan')
    expect((await box.guard('status', 'scan')).stdout).toMatch(
      /^ {2}Outcomes +- {2}no run that counts has ended yet, 1 skipped$/m,
    )
    await box.guard('breaker', 'close', 'api')
    await box.guard('run', 'scan')
    expect((await box.guard('status', 'scan')).stdout).toMatch(/^ {2}Outcomes +-\. {2}1 of 1 run healthy, 1 skipped$/m)
  })

  test('of one job says that it flaps, and what to type next while a run of it hangs', async () => {
    const box = createSandbox()
    const jobs = {
      scan: {command: ['sh', '-c', 'exit $(cat code)']},
      slow: {command: ['sleep', '60'], longestRun: '1ms'},
    }
    const watchdog = {flapping: {incidents: 2}, bootGrace: '0s'}
    const alerting = {routes: [{level: 'INFO', to: ['ops']}]}
    box.write(
      '.guardianrc.json',
      JSON.stringify({jobs, watchdog, alerting, channels: {ops: {type: 'file', path: 'told'}}}),
    )
    for (const code of ['3', '0', '3']) {
      box.write('code', code)
      await box.guard('run', 'scan')
      await box.guard('watchdog')
    }
    expect((await box.guard('status', 'scan')).stdout).toMatch(/^ {2}Incident +\w\S+ CRITICAL since .*, it flaps/m)
    const running = box.start(['run', 'slow'])
    const started = () => box.journal('runs.jsonl').some(({kind, job}) => kind === 'started' && job === 'slow')
    await until(started, 'its start')
    await box.guard('watchdog')
    const {stdout} = await box.guard('status', 'slow')
    expect(stdout).toMatch(/^Next: {2}guard why slow, guard logs slow --follow$/m)
    running.kill('SIGTERM')
    await running.ended
  })

  test('says of a run before the last boot when it really ended, in text and in JSON', async () => {
    const box = createSandbox()
    const day = 86_400_000
    const at = Date.now() - 3 * day
    const stamp = {v: 1, at, mono: 5000, boot: 'the-boot-before', host: hostname(), job: 'backup', run: 'run1'}
    const records = [
      {...stamp, id: 'r1', kind: 'started'},
      {...stamp, id: 'r2', kind: 'ended', outcome: 'failed', exitCode: 3, durationMs: 5},
    ]
    box.write('state/runs.jsonl', records.map((one) => `${JSON.stringify(one)}\n`).join(''), 0o600)
    const {stdout} = await box.guard('status')
    expect(stdout).toMatch(/^. backup .* 3 d /m)
    expect(stdout).toContain('its last run failed 3d ago')
    const {jobs} = JSON.parse((await box.guard('status', '--json')).stdout) as {jobs: {lastEndedAt: string}[]}
    expect(jobs.map(({lastEndedAt}) => lastEndedAt)).toEqual([new Date(at).toISOString()])
  })

  test('does not say that a channel was told what the cap of its hour keeps back', async () => {
    const box = createSandbox()
    const failing = (text: string) => ({command: ['sh', '-c', `echo "${text}"; exit 3`]})
    const alerting = {cap: 1, groupWait: '0s', routes: [{level: 'WARNING', to: ['ops']}]}
    const jobs = {first: failing('401 Unauthorized'), second: failing('connection refused')}
    box.write('.guardianrc.json', JSON.stringify({jobs, alerting, channels: {ops: {type: 'file', path: 'told'}}}))
    for (const job of ['first', 'second']) {
      await box.guard('run', job)
      await box.guard('watchdog')
      const kind = job === 'first' ? 'sent' : 'suppressed'
      const isThere = () => existsSync(join(box.stateDir, 'deliveries.jsonl'))
      await until(() => isThere() && box.journal('deliveries.jsonl').some((one) => one.kind === kind), `${job} ${kind}`)
    }
    const {stdout} = await box.guard('status')
    expect(stdout).toMatch(/^ +failing: .*401 Unauthorized\); ops told \d/m)
    expect(stdout).toMatch(/^ +failing: .*connection refused\); alert raised \d/m)
    const story = (await box.guard('why', 'second')).stdout
    expect(story).toContain('An alert was raised: its last run failed')
    expect(story).toContain('ops was not told: too many messages within an hour.')
  })

  test('knows a run that goes on, and one whose processes are gone', {timeout: 120_000}, async () => {
    const box = createSandbox()
    const running = box.start(['run', '--job', 'long', '--ttl', '15s', '--', 'sleep', '120'])
    const leases = () => (existsSync(join(box.stateDir, 'leases.jsonl')) ? box.journal('leases.jsonl') : [])
    await until(() => leases().some(({jobProcess}) => jobProcess !== undefined), 'the lease of the job')
    expect((await box.guard('status')).stdout).toMatch(/^> long +> +for \d+/m)
    const [job] = box
      .journal('leases.jsonl')
      .flatMap(({jobProcess}) => (jobProcess ? [jobProcess as {pid: number}] : []))
    running.kill('SIGKILL')
    await running.ended
    const orphan = new RegExp(`its guard is gone, its job goes on \\(process ${job?.pid}\\)`)
    expect((await box.guard('status', 'long')).stdout).toMatch(orphan)
    const why = await box.guard('why', 'long')
    expect(why.stdout).toMatch(/^long has been running for .*without its guard, which is gone/s)
    expect(why.stdout).toMatch(new RegExp(`kill ${job?.pid}`))
    expect((await box.guard('recover')).stdout).toContain('its guard is gone, and its job goes on')
    while (!(await box.guard('status', 'long')).stdout.includes('stalled'));
    const stalled = await box.guard('why', 'long')
    expect(stalled.stdout).toMatch(/^long is stalled: its lease expired.*its job goes on \(process/s)
    expect(stalled.stdout).not.toContain('guard recover')
    if (job) process.kill(job.pid, 'SIGKILL')
    await until(() => !job || !isAlive(job.pid), 'the end of the job')
    expect((await box.guard('status')).stdout).toMatch(/^X long[\s\S]*(interrupted|its process is dead)/m)
  })

  test('again and again writes one object on each line, until it is ended', async () => {
    const box = await machine()
    const running = box.start(['status', '--watch', '500ms', '--json'])
    await until(() => running.stdout().split('\n').length > 2, 'the second object')
    running.kill('SIGTERM')
    const {stdout} = await running.ended
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({status: 'degraded'})
  })

  test('of settings that cannot be read says so, and is not healthy', async () => {
    const box = await machine()
    box.write('.guardianrc.json', '{"jobs": ')
    const {code, stdout} = await box.guard('status', 'good')
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^the settings cannot be used, so what they name is not shown: [^\\]+$/),
    ])
    expect(await box.guard('why', 'unseen')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('the settings, which may name it, cannot be used: guard config check'),
    })
  })

  test('of settings in which a value for all jobs is wrong says so, and shows the jobs as one entry', async () => {
    const box = createSandbox()
    const jobs = {one: {command: ['true']}, two: {command: ['true']}}
    box.write('.guardianrc.json', JSON.stringify({jobs, defaults: {timeout: 'soon'}}))
    const {code, stdout} = await box.guard('status')
    expect([code, stdout.split('\n')]).toEqual([
      1,
      expect.arrayContaining([
        expect.stringMatching(/^the settings are wrong: no job of .* runs: defaults\.timeout: "soon"/),
        expect.stringMatching(/^X 2 jobs: no job of .* runs: defaults\.timeout: "soon"/),
      ]),
    ])
  })

  test('where nothing is known says how to begin, and names the nearest of unknown jobs', async () => {
    const box = createSandbox()
    expect(await box.guard('status')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^no job is known yet: run one/),
    })
    box.write('.guardianrc.json', JSON.stringify(settings))
    const wrong = await box.guard('status', 'goood')
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('did you mean good?')])
  })
})

test('no line of a page about a job is wider than the terminal, whatever the job printed', async () => {
  const box = createSandbox()
  const lines = ['漢字'.repeat(40), `ECONNREFUSED:${'x'.repeat(120)}`]
  box.write('long.sh', `#!/bin/sh\nprintf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\nexit 3\n`, 0o755)
  box.write('.guardianrc.json', JSON.stringify({jobs: {long: {script: 'long.sh', schedule: '0 3 * * *'}}}))
  await box.guard('run', 'long')
  for (const command of ['status', 'status long', 'why long', 'history long']) {
    const shown = await linesInTerminal(box, `LANG=C.UTF-8 guard ${command}`)
    expect(Math.max(...shown.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80)
    expect(shown.join('')).toContain('xxxxxx')
  }
  const page = await linesInTerminal(box, 'LANG=C.UTF-8 guard status long')
  expect(page).toContainEqual(expect.stringMatching(/^ {2}│ (漢字){18}漢…$/u))
})
