import {existsSync, statSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import {Validator} from '@seriousme/openapi-schema-validator'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createSandbox, endAfterTest, isAlive, until} from '../support/sandbox.js'
import {boxWithRuns, exchange, goodKey, startServe, targetOf} from '../support/serve.js'

const settings = `
jobs:
  backup: {command: [sh, -c, "echo saved"], schedule: "*/5 * * * *", timezone: UTC}
  feed: {command: [sh, -c, "echo socket closed; exit 3"], failures: {socket: ["socket.*closed"]}, breaker: {target: feed-api}}
`

describe('guard serve', () => {
  test('answers each question with the object that its command prints', async () => {
    const box = await boxWithRuns(settings)
    const served = await startServe(box)
    for (const [path, ...command] of [
      ['/api/v1/jobs/backup/runs', 'history', 'backup'],
      ['/api/v1/jobs/feed/why', 'why', 'feed'],
      ['/api/v1/alerts', 'alerts'],
      ['/api/v1/silences', 'alerts', 'silence', 'list'],
      ['/api/v1/leases', 'lease', 'list'],
      ['/api/v1/breakers', 'breaker', 'list'],
    ] as const) {
      const [answer, {stdout}] = [await served.ask(path), await box.guard(...command, '--json')]
      expect({path, status: answer.status, json: ageless(answer.json)}).toEqual({
        ...{path, status: 200},
        json: ageless(JSON.parse(stdout)),
      })
    }
  })

  test('answers what the pages of a dashboard ask', async () => {
    const served = await startServe(await boxWithRuns(settings))
    const jobs = (await served.ask('/api/v1/jobs')).json
    expect(jobs).toMatchObject({status: 'unhealthy', jobs: [{job: 'feed', state: 'failing'}, {job: 'backup'}]})
    expect((await served.ask('/api/v1/jobs/feed')).json).toMatchObject({job: 'feed', lastRun: {exitCode: 3}})
    expect((await served.ask('/api/v1/jobs/backup/output')).json).toMatchObject({job: 'backup', lines: ['saved']})
    expect((await served.ask('/api/v1/incidents')).json).toMatchObject({incidents: [{job: 'feed', told: true}]})
    expect((await served.ask('/api/v1/upcoming?within=15m')).json).toMatchObject({
      upcoming: [{job: 'backup'}, {job: 'backup'}, {job: 'backup'}],
    })
    expect((await served.ask('/api/v1/health')).json).toMatchObject({verdict: 'unhealthy'})
    expect((await served.ask('/api/v1/session')).json).toMatchObject({keyAccepted: true, readOnly: false})
    expect((await served.ask('/')).headers['content-type']).toBe('text/html; charset=utf-8')
  })

  test('knows a job of the settings that is wrong there', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'jobs: {bad: {command: ["true"], timeout: soon}}\n')
    const served = await startServe(box)
    const reason = expect.stringContaining('its settings are wrong: jobs.bad.timeout')
    expect((await served.ask('/api/v1/jobs/bad')).json).toMatchObject({job: 'bad', state: 'failing', reason})
    expect((await served.ask('/api/v1/jobs/bad/why')).json).toMatchObject({answer: reason})
    expect((await served.ask('/api/v1/jobs/bad/runs')).status).toBe(200)
  })

  test('knows a job of the settings whose name is wrong, as it lists it', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'jobs: {"näm": {command: ["true"]}, "a/b": {command: ["true"]}}\n')
    const served = await startServe(box)
    const {jobs} = (await served.ask('/api/v1/jobs')).json as {jobs: {job: string}[]}
    expect(jobs.map(({job}) => job).sort()).toEqual(['a/b', 'näm'])
    for (const {job} of jobs) {
      const path = `/api/v1/jobs/${encodeURIComponent(job)}`
      expect((await served.ask(path)).json).toMatchObject({job, state: 'failing'})
      expect((await served.ask(`${path}/why`)).json).toMatchObject({answer: expect.stringContaining('wrong')})
      expect((await served.ask(`${path}/runs`)).status).toBe(200)
      expect((await served.ask(`${path}/output`)).json).toMatchObject({lines: []})
      expect((await served.ask(`${path}-other`)).status).toBe(404)
    }
  })

  test('what is due next has every job, however often another one is due', async () => {
    const box = createSandbox()
    box.write(
      '.guardianrc.yaml',
      'jobs: {often: {command: ["true"], schedule: "* * * * * *"}, seldom: {command: ["true"], schedule: "*/20 * * * *"}}\n',
    )
    const served = await startServe(box)
    const {upcoming} = (await served.ask('/api/v1/upcoming?within=1h')).json as {upcoming: {job: string; at: string}[]}
    expect(upcoming.filter(({job}) => job === 'seldom')).toHaveLength(3)
    expect(upcoming.filter(({job}) => job === 'often').length).toBeGreaterThan(100)
    expect(upcoming.map(({at}) => at)).toEqual(upcoming.map(({at}) => at).toSorted())
  })

  test('answers the older names as well', async () => {
    const served = await startServe(await boxWithRuns(settings))
    expect((await served.ask('/api/health/detailed')).json).toMatchObject({verdict: 'unhealthy'})
    expect((await served.ask('/api/health/circuit-breakers')).json).toMatchObject({breakers: [{target: 'feed-api'}]})
    expect((await served.ask('/api/health/alerts?limit=1')).json).toMatchObject({alerts: [{job: 'feed'}]})
    expect((await served.post('/api/health/circuit-breakers/feed-api/reset')).json).toEqual({
      ...{target: 'feed-api', state: 'closed'},
    })
  })

  test('has a valid OpenAPI document with each of its routes', async () => {
    const served = await startServe(createSandbox())
    type Route = Readonly<Record<string, {readonly responses: object}>>
    const {json} = await served.ask('/api/v1/openapi.json')
    const document = json as {openapi: string; paths: Readonly<Record<string, Route>>}
    const {valid, errors} = await new Validator().validate(structuredClone(document))
    expect({valid, errors}).toMatchObject({valid: true})
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/jobs', '/api/v1/events', '/api/self-heal', '/livez', '/metrics', '/']),
    )
    for (const path of ['/api/v1/jobs', '/api/v1/events', '/api/v1/openapi.json', '/metrics']) {
      const refusals = ['401', '403', '429', '503']
      expect({path, codes: Object.keys(document.paths[path]?.['get']?.responses ?? {})}).toEqual({
        ...{path, codes: expect.arrayContaining(refusals) as unknown},
      })
    }
  })

  test.each(['/', '/metrics', '/api/v1/events', '/api/v1/openapi.json', '/api/v1/jobs', '/livez'])(
    'names the methods that %s takes',
    async (path) => {
      const served = await startServe(createSandbox())
      const {status, headers, json} = await served.post(path)
      expect({status, allow: headers['allow'], json}).toMatchObject({
        ...{status: 405, allow: 'GET, HEAD', json: {error: {message: `${path} takes no POST`}}},
      })
    },
  )

  test('shows what a job has printed without secrets, colours and control characters', async () => {
    const box = createSandbox()
    box.write(
      '.guardianrc.yaml',
      `jobs: {leaky: {command: [sh, -c, 'cat printed; echo "at $DB"'], env: {DB: {env: DB}}}}\n`,
    )
    const printed = [
      'password=hunter2hunter2 https://user:passw0rdX@host/ Authorization: Bearer abcdefghijkl',
      '\u001b[32mapi\u001b[1m_key=\u001b[0mabcd1234efgh \u0007',
      ...['-----BEGIN PRIVATE KEY-----', 'c2hvcnQ=', '-----END PRIVATE KEY-----'],
    ]
    box.write('printed', `${printed.join('\n')}\n`)
    await box.guardWith({env: {DB: 'of-no-shape'}}, 'run', 'leaky')
    const served = await startServe(box, ['--public-reads'], {env: {DB: 'of-no-shape'}})
    const {lines} = (await served.ask('/api/v1/jobs/leaky/output')).json as {lines: object}
    const {lastLines} = (await served.ask('/api/v1/jobs/leaky')).json as {lastLines: object}
    const last = ['***', '***', '***', 'at ***']
    const first = 'password=*** https://user:***@host/ Authorization: Bearer ***'
    expect(lines).toEqual([first, 'api_key=*** \\x07', ...last])
    expect(lastLines).toEqual(['api_key=*** \u0007', ...last])
  })

  test('compresses a long answer for those who take that', async () => {
    const box = createSandbox()
    const jobs = Array.from({length: 1000}, (_, index) => `  job-${index}: {command: ["true"]}`)
    box.write('.guardianrc.yaml', `jobs:\n${jobs.join('\n')}\n`)
    const served = await startServe(box)
    const plain = await served.ask('/api/v1/jobs')
    const packed = await served.ask('/api/v1/jobs', {headers: {'accept-encoding': 'br, gzip'}})
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(packed.headers).toMatchObject({'content-encoding': 'gzip', vary: 'accept-encoding'})
    expect(Number(packed.headers['content-length'])).toBeLessThan(200 * 1024)
    const refused = await served.ask('/api/v1/jobs', {headers: {'accept-encoding': 'gzip;q=0'}})
    expect(refused.headers['content-encoding']).toBeUndefined()
  })

  test('shows what the settings say now', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'jobs: {first: {command: ["true"]}}\n')
    const served = await startServe(box)
    box.write('.guardianrc.yaml', 'jobs: {second: {command: ["true"]}}\n')
    const names = async () => ((await served.ask('/api/v1/jobs')).json as {jobs: {job: string}[]}).jobs[0]?.job
    await expect.poll(names, {timeout: 10_000}).toBe('second')
  })

  test('says all that is wrong with a request at once, with the wrong value', async () => {
    const served = await startServe(createSandbox())
    const problemsOf = ({status, json}: {status: number; json: unknown}) => {
      expect({status, json}).toMatchObject({status: 400, json: {error: {kind: 'wrong-request'}}})
      const {error} = json as {error: {problems: {path: string; message: string}[]}}
      return error.problems.map(({path, message}) => `${path}: ${message}`).sort()
    }
    const silence = async (body: unknown) => problemsOf(await served.post('/api/v1/silences', body))
    expect(await silence({job: 'hello', for: '2y', foo: 1})).toEqual([
      expect.stringMatching(/^body\.foo: is an unknown key/),
      'body.for: "2y" is not a duration; write 30s, 10m, 2h or 1d',
      'body.reason: is missing; add it',
    ])
    expect(await silence({for: '31d', owner: 7, resaon: 'typo'})).toEqual([
      'body.for: "31d" is longer than 30d',
      'body.job: is missing; or name a class or a group',
      'body.owner: 7 must be text (in quotes)',
      'body.reason: is missing; add it',
      'body.resaon: is an unknown key; did you mean "reason"?',
    ])
    expect(await silence({job: '', reason: 'why not'})).toEqual([
      'body.for: is missing; or say untilHealthy: true',
      'body.job: "" is empty',
    ])
    for (const body of [[], null, 'text']) expect(await silence(body)).toHaveLength(1)
    for (const limit of ['abc', '0', '1001', '1.5', '-1.5', ''])
      expect(problemsOf(await served.ask(`/api/v1/alerts?limit=${limit}`))).toEqual([
        `query.limit: "${limit}" is not a whole number from 1 to 1000`,
      ])
    expect(problemsOf(await served.ask('/api/v1/upcoming?within=soon'))).toEqual([
      'query.within: "soon" is not a duration; write 30s, 10m, 2h or 1d',
    ])
  })

  test('adds, lists and ends silences', async () => {
    const box = await boxWithRuns(settings)
    const served = await startServe(box)
    const added = await served.post('/api/v1/silences', {job: 'feed', for: '2h', reason: 'new socket'})
    expect(added).toMatchObject({status: 201, json: {job: 'feed', owner: 'dashboard'}})
    const {id} = added.json as {id: string}
    expect((await served.ask('/api/v1/jobs/feed')).json).toMatchObject({state: 'silenced'})
    const json = {method: 'DELETE', headers: {'content-type': 'application/json'}}
    expect((await served.ask(`/api/v1/silences/${id}`, json)).status).toBe(200)
    expect((await served.ask(`/api/v1/silences/${id}`, json)).status).toBe(404)
    expect((await served.ask('/api/v1/silences')).json).toEqual({silences: []})
  })

  test('starts a job of the settings by its name, and answers once its run has its lease', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', `jobs: {print: {command: [sh, -c, 'env; pwd']}}\n`)
    const served = await startServe(box)
    for (const path of ['/api/v1/jobs/print/runs', '/api/exec/print']) {
      const {status, json} = await served.post(path)
      expect({status, json}).toMatchObject({status: 202, json: {job: 'print', state: 'started'}})
      const {runId} = json as {runId: string}
      const isOver = () => box.journal('runs.jsonl').some(({kind, run}) => kind === 'ended' && run === runId)
      await until(isOver, 'the run has ended')
    }
    expect(box.log('print')).toContain(box.dir)
    expect(box.log('print')).not.toContain(goodKey)
    for (const name of ['prin', 'true', '%2fbin%2ftrue', 'print%20--help'])
      expect((await served.post(`/api/v1/jobs/${name}/runs`)).status).toBe(404)
    const body = await served.post('/api/v1/jobs/print/runs', {command: ['true']})
    expect(body).toMatchObject({status: 400, json: {error: {problems: [{path: 'body.command'}]}}})
  })

  test('refuses to start a job that is held, with its holder, or whose breaker is open', async () => {
    const box = createSandbox()
    box.write(
      '.guardianrc.yaml',
      'jobs: {long: {command: [sleep, "600"]}, spared: {command: ["true"], breaker: {target: store}}}\n',
    )
    const served = await startServe(box)
    const {runId} = (await served.post('/api/v1/jobs/long/runs')).json as {runId: string}
    const held = await served.post('/api/v1/jobs/long/runs')
    expect(held).toMatchObject({status: 409, json: {error: {kind: 'busy'}, lease: {job: 'long', holder: runId}}})
    const jobProcess = () => box.journal('leases.jsonl').findLast((record) => record['jobProcess'])?.['jobProcess']
    await until(() => jobProcess() !== undefined, 'the job runs')
    endAfterTest((jobProcess() as {pid: number}).pid)
    await box.guard('breaker', 'isolate', 'store', '--reason', 'test')
    const spared = await served.post('/api/v1/jobs/spared/runs')
    expect(spared).toMatchObject({status: 503, json: {error: {kind: 'breaker-open'}}})
  })

  test('starts and stops the scheduler, under its older names as well', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'jobs: {nightly: {command: ["true"], schedule: "0 3 * * *"}}\n')
    const served = await startServe(box)
    expect((await served.ask('/api/v1/scheduler')).json).toMatchObject({state: 'stopped'})
    for (const path of ['/api/v1/scheduler', '/api/automations']) {
      const started = (await served.post(`${path}/start`)).json as {pid: number}
      endAfterTest(started.pid)
      expect(started).toMatchObject({state: 'running', started: true})
      expect((await served.post(`${path}/start`)).json).toEqual({...started, started: false})
      expect((await served.ask('/api/automations/status')).json).toMatchObject({
        ...{state: 'running', pid: started.pid, next: [{job: 'nightly'}]},
      })
      expect((await served.ask('/metrics')).text).toMatch(/heartbeat_timestamp_seconds\{daemon="scheduler"\} \d{10}/)
      expect((await served.post(`${path}/stop`)).json).toMatchObject({state: 'stopped', pid: started.pid})
    }
    expect((await served.ask('/api/v1/scheduler')).json).toMatchObject({state: 'stopped'})
  })

  test('makes a round of the watchdog and finishes what a crash left', async () => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'watchdog: {bootGrace: 0s}\njobs: {feed: {command: [sh, -c, "exit 3"]}}\n')
    await box.guard('run', 'feed')
    const served = await startServe(box)
    const round = await served.post('/api/self-heal')
    expect(round.json).toMatchObject({verdict: 'unhealthy', jobs: [{job: 'feed'}], recovered: {interrupted: []}})
    expect(box.journal('incidents.jsonl')).toContainEqual(expect.objectContaining({kind: 'opened', job: 'feed'}))
  })

  test('finishes at its start what a crash has left', async () => {
    const box = createSandbox()
    const run = box.start(['run', '--job', 'long', '--', 'sleep', '600'])
    await until(() => existsSync(`${box.stateDir}/runs.jsonl`), 'the run has begun')
    await until(() => box.journal('leases.jsonl').some(({kind}) => kind === 'renewed'), 'the lease names the job')
    const job = box.journal('leases.jsonl').findLast(({jobProcess}) => jobProcess)?.['jobProcess'] as {pid: number}
    run.kill('SIGKILL')
    process.kill(-job.pid, 'SIGKILL')
    await run.ended
    await until(() => !isAlive(job.pid), 'the end of the job')
    await startServe(box)
    await until(() => box.journal('runs.jsonl').some(({kind}) => kind === 'interrupted'), 'the run is interrupted')
  })

  test('says that it lives to all, and that it is ready while its journals can be read', async () => {
    const box = createSandbox()
    const served = await startServe(box)
    const target = targetOf(served.where)
    expect(await exchange(target, '/livez', {})).toMatchObject({status: 200, json: {status: 'ok'}})
    expect(await exchange(target, '/readyz', {})).toMatchObject({status: 200})
    await box.sh('mv state elsewhere')
    expect(await exchange(target, '/readyz', {})).toMatchObject({status: 503, json: {error: {kind: 'not-ready'}}})
    await box.sh('mv elsewhere state')
    expect(await exchange(target, '/readyz', {})).toMatchObject({status: 200})
  })

  test('gives Prometheus figures with few labels', async () => {
    const served = await startServe(await boxWithRuns(settings))
    const {text, headers} = await served.ask('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toMatch(/^guard_jobs\{state="failing"\} 1$/m)
    expect(text).toMatch(/^guard_jobs\{state="healthy"\} 1$/m)
    expect(text).toMatch(/^guard_job_last_run_outcome\{job="feed",outcome="failed"\} 1$/m)
    expect(text).toMatch(/^guard_job_last_run_duration_seconds\{job="backup"\} [\d.]+$/m)
    expect(text).toMatch(/^guard_incidents_open\{level="CRITICAL"\} 1$/m)
    expect(text).toMatch(/^guard_daemon_heartbeat_timestamp_seconds\{daemon="watchdog"\} \d{10}/m)
  })

  test('gives Prometheus the outcome of the run whose end and duration it gives, whichever were skipped since', async () => {
    const box = await boxWithRuns(settings)
    await box.sh('guard lease acquire feed --ttl 5m > lease; guard run feed')
    const {text} = await (await startServe(box)).ask('/metrics')
    expect(text).toMatch(/^guard_job_last_run_outcome\{job="feed",outcome="failed"\} 1$/m)
    expect(text).not.toContain('outcome="skipped"')
  })
})

describe('where guard serve serves', () => {
  test('without a key it is the socket in the state directory, for reading, which only the user may use', async () => {
    const box = await boxWithRuns(settings)
    const served = await startServe(box, ['--socket', `${box.stateDir}/serve.sock`], {env: {DASHBOARD_KEY: ''}})
    expect(statSync(served.where).mode & 0o777).toBe(0o600)
    expect((await served.ask('/api/v1/jobs', {headers: {'x-dash-key': ''}})).status).toBe(200)
    expect((await served.ask('/api/v1/session')).json).toMatchObject({readOnly: true, keyAccepted: false})
    const change = await served.post('/api/self-heal')
    expect(change).toMatchObject({status: 401, json: {error: {message: expect.stringMatching(/has no key/)}}})
    served.kill('SIGTERM')
    expect((await served.ended).code).toBe(0)
    expect(existsSync(served.where)).toBe(false)
  })

  test('a socket that a killed guard has left is replaced, and that of a living one is not', async () => {
    const box = createSandbox()
    const socket = box.path('serve.sock')
    const first = await startServe(box, ['--socket', socket])
    const beside = await box.guard('serve', '--socket', socket)
    expect(beside).toMatchObject({code: 74, stderr: expect.stringContaining(`${socket} is in use`)})
    first.kill('SIGKILL')
    await first.ended
    const second = await startServe(box, ['--socket', socket])
    expect((await second.ask('/livez')).status).toBe(200)
  })

  test('a path that is a file is refused and stays', async () => {
    const box = createSandbox()
    const file = box.write('precious', 'text')
    const {code, stderr} = await box.guard('serve', '--socket', file)
    expect({code, stderr}).toMatchObject({code: 74, stderr: expect.stringContaining(`${file} is there`)})
    expect(statSync(file).size).toBe(4)
  })

  test('a port that is in use is named', async () => {
    const box = createSandbox()
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await until(() => other.listening, 'the other program listens')
    const {port} = other.address() as {port: number}
    const ended = await box.guardWith({env: {DASHBOARD_KEY: goodKey}}, 'serve', '--port', `${port}`)
    expect(ended).toMatchObject({code: 74, stderr: expect.stringContaining(`127.0.0.1:${port} is in use`)})
  })

  test.each([
    ['--port', '0'],
    ['--host', '0.0.0.0'],
    ['--host', '127.0.0.1', '--public-reads'],
  ])('an address without a key is refused: %s %s', async (...flags) => {
    const {code, stderr} = await createSandbox().guard('serve', ...flags)
    expect({code, stderr}).toMatchObject({code: 78, stderr: expect.stringMatching(/with a key only.*DASHBOARD_KEY/s)})
  })

  test('a key is at least 16 characters long, and its file is the user’s alone', async () => {
    const box = createSandbox()
    const short = await box.guardWith({env: {DASHBOARD_KEY: 'fifteen-letters'}}, 'serve')
    expect(short).toMatchObject({code: 78, stderr: expect.stringMatching(/less than 16 characters.*openssl/s)})
    const foreign = await box.guardWith({env: {DASHBOARD_KEY: 'schlüssel-der-haustür'}}, 'serve')
    expect(foreign).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/of DASHBOARD_KEY has other characters than/),
    })
    const file = box.path('key')
    writeFileSync(file, `${goodKey}\n`, {mode: 0o640})
    const open = await box.guard('serve', '--key-file', file)
    expect(open).toMatchObject({code: 78, stderr: expect.stringContaining('may be read or written by others')})
    await box.sh(`chmod 600 ${file} && ln -s ${file} link`)
    const link = await box.guard('serve', '--key-file', box.path('link'))
    expect(link).toMatchObject({code: 78, stderr: expect.stringContaining('cannot be read')})
    const served = await startServe(box, ['--key-file', file], {env: {DASHBOARD_KEY: ''}})
    expect((await served.ask('/api/v1/jobs')).status).toBe(200)
  })
})

/** Without what changes from one moment to the next. */
function ageless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/\d+(?:ms|s)(?= ago)/g, 'N'))
}
