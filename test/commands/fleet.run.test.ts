import {existsSync, readFileSync} from 'node:fs'
import {beforeAll, describe, expect, test} from 'vitest'
import {startCutProxy} from '../support/cut-proxy.js'
import {createFleetDatabase, hostUser} from '../support/fleet-database.js'
import {closedPort} from '../support/http-receiver.js'
import {passwordOf, postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {createSandbox, isAlive, type Sandbox, until} from '../support/sandbox.js'

/** A job that says its token, and goes on while there is a file of its name. */
const job = 'echo "token $GUARD_LEASE_TOKEN"; echo $$ > pid; while [ -e hold ]; do sleep 0.05; done'

describe.skipIf(postgresObstacle !== undefined)(`a fleet (${postgresObstacle ?? 'real'})`, () => {
  const postgres = postgresOfFile()
  let database: {readonly name: string; readonly url: string}
  let names = 0

  beforeAll(async () => {
    database = await createFleetDatabase(postgres())
  })

  const sql = (text: string) => postgres().sql(text, database.name)

  interface Host extends Sandbox {
    /** Runs a command of this host, as `url` says where the store is. */
    readonly call: (...args: string[]) => ReturnType<Sandbox['guard']>
    readonly at: (url: string) => (...args: string[]) => ReturnType<Sandbox['guard']>
    readonly begin: (...args: string[]) => ReturnType<Sandbox['start']>
  }

  /** A machine of the fleet, with one job: no two tests have one of the same name. */
  function host(name: string, nightly: string, more: object = {}, fleet: object = {}): Host {
    const box = createSandbox()
    const settings = {
      fleet: {postgres: {env: 'GUARD_FLEET_URL'}, host: name, wait: '1s', ...fleet},
      jobs: {[nightly]: {command: ['sh', '-c', job], scope: 'fleet', ...more}},
    }
    box.write('.guardianrc.json', JSON.stringify(settings))
    const options = (url: string) => ({env: {GUARD_FLEET_URL: url}})
    const at =
      (url: string) =>
      (...args: string[]) =>
        box.guardWith(options(url), ...args)
    return {
      ...box,
      at,
      call: (...args) => at(database.url)(...args),
      begin: (...args) => box.start(args, options(database.url)),
    }
  }

  const newJob = () => `nightly-${++names}`
  const records = (box: Sandbox, kind: string) => box.journal('runs.jsonl').filter((record) => record['kind'] === kind)
  const pidOf = (box: Sandbox) => Number(readFileSync(box.path('pid'), 'utf8'))
  const hasBegun = (box: Sandbox) =>
    until(() => existsSync(box.path('pid')) && readFileSync(box.path('pid'), 'utf8').endsWith('\n'), 'the job')

  test('runs a job on one host at a time, and the job gets the token of the fleet', async () => {
    const nightly = newJob()
    const [one, other] = [host('web-17', nightly), host('web-18', nightly)]
    one.write('hold', '')
    const first = one.begin('run', nightly)
    await hasBegun(one)
    const skipped = await other.call('run', nightly)
    expect([skipped.code, skipped.stdout]).toEqual([75, ''])
    expect(skipped.stderr).toMatch(
      new RegExp(`^guard: ${nightly} was skipped: web-17 has had it for \\d+ s \\(token 1\\)\\n$`),
    )
    expect(records(other, 'skipped')).toMatchObject([
      {reason: expect.stringContaining('web-17 has had it'), by: 'web-17'},
    ])
    // Its page tells of the lease that counts, and of the host that has it.
    const pages = async (box: Host) => {
      const page = (await box.call('status', nightly)).stdout.replace(/\s+/g, ' ')
      return [page, JSON.parse((await box.call('status', nightly, '--json')).stdout)]
    }
    expect(await pages(one)).toEqual([
      expect.stringMatching(/Lease Of the fleet, given to this host at \S+ \(token 1\)/i),
      expect.objectContaining({fleetLease: expect.objectContaining({state: 'granted', token: 1})}),
    ])
    expect(await pages(other)).toEqual([
      expect.stringMatching(/Lease Of the fleet, held by web-17 at \S+ \(token 1\)/i),
      expect.objectContaining({fleetLease: expect.objectContaining({state: 'held', host: 'web-17', token: 1})}),
    ])
    await one.sh('rm hold')
    expect(await first.ended).toMatchObject({code: 0, stdout: 'token 1\n'})
    expect(await other.call('run', nightly)).toMatchObject({code: 0, stdout: 'token 2\n'})
    expect(records(other, 'started')).toMatchObject([{token: 2}])
    expect(other.journal('fleet.jsonl')).toMatchObject([
      {kind: 'asked'},
      {kind: 'refused', reason: 'held', by: 'web-17', token: 1},
      {kind: 'asked'},
      {kind: 'granted', token: 2, serverAt: expect.any(Number)},
      {kind: 'released', token: 2, status: 'ok'},
    ])
  })

  test('runs a slot once, whichever host is first: that of the schedule, or that of --slot', async () => {
    const nightly = newJob()
    const schedule = {schedule: '0 2 1 1 *', timezone: 'UTC'}
    const [one, other] = [host('web-17', nightly, schedule), host('web-18', nightly, schedule)]
    expect((await one.call('run', nightly)).code).toBe(0)
    const again = await other.call('run', nightly, '--json')
    expect(again.code).toBe(75)
    expect(again.stderr).toMatch(/its slot \d{4}-01-01T02:00:00Z was claimed by web-17 \(token 1\)/)
    const history = JSON.parse((await one.call('history', nightly, '--json')).stdout) as {runs: unknown[]}
    expect(history.runs).toMatchObject([{claimedSlot: expect.stringMatching(/-01-01T02:00:00\.000Z$/)}])
    const later = new Date().toISOString()
    expect((await other.call('run', '--slot', later, nightly)).code).toBe(0)
    expect((await one.call('run', '--slot', later, nightly)).stderr).toContain('was claimed by web-18 (token 2)')
    // A person may run it beside its schedule, and a host once more after its own crash.
    expect((await one.call('run', '--slot', 'none', nightly)).stdout).toBe('token 3\n')
    expect(await one.call('trigger', nightly, '--wait')).toMatchObject({code: 0, stdout: 'token 4\n'})
    const early = await one.call('run', '--slot', new Date(Date.now() + 3_600_000).toISOString(), nightly)
    expect([early.code, early.stderr]).toEqual([75, expect.stringMatching(/its slot .* is \d+ s ahead of the clock/)])
  })

  test('waits with --overlap wait until the other host has given the job back', async () => {
    const nightly = newJob()
    const [one, other] = [host('web-17', nightly), host('web-18', nightly)]
    one.write('hold', '')
    const first = one.begin('run', nightly)
    await hasBegun(one)
    const second = other.begin('run', '--overlap', 'wait', nightly)
    await until(() => existsSync(`${other.stateDir}/fleet.jsonl`) && other.journal('fleet.jsonl').length > 0, 'a claim')
    await one.sh('rm hold')
    await first.ended
    expect(await second.ended).toMatchObject({code: 0, stdout: 'token 2\n'})
  })

  test('ends a job whose lease another host has: TERM, KILL within the ttl, and 77', async () => {
    const nightly = newJob()
    const deaf = {command: ['sh', '-c', `trap '' TERM; ${job}`], ttl: '6s', killAfter: '1500ms'}
    const one = host('web-17', nightly, deaf)
    one.write('hold', '')
    const run = one.begin('run', nightly)
    await hasBegun(one)
    await sql(`update guard.lease set token = 9, host = 'web-18', claim_id = 'other' where job = '${nightly}'`)
    const {code, stderr} = await run.ended
    expect([code, isAlive(pidOf(one))]).toEqual([77, false])
    expect(stderr).toContain(`${nightly} has lost its lease in the fleet: web-18 has token 9; the job is ended`)
    expect(records(one, 'ended')).toMatchObject([{outcome: 'killed', exitCode: 77, signal: 'SIGKILL', fenced: true}])
    expect(one.journal('fleet.jsonl').at(-1)).toMatchObject({kind: 'lost', token: 1})
  })

  test('reports a slot that was claimed by a host that crashed, for no other host runs it', async () => {
    const nightly = newJob()
    const schedule = {schedule: '0 2 1 1 *', timezone: 'UTC'}
    const [one, other] = [host('web-17', nightly, schedule), host('web-18', nightly, schedule)]
    one.write('hold', '')
    const run = one.begin('run', nightly)
    await hasBegun(one)
    run.kill('SIGKILL')
    process.kill(pidOf(one), 'SIGKILL')
    await run.ended
    await until(() => !isAlive(pidOf(one)), 'the end of the job')
    expect((await other.call('run', nightly)).stderr).toContain('was claimed by web-17')
    const round = await one.call('watchdog')
    expect(round.code).not.toBe(0)
    const claimed = /its slot \d{4}-01-01T02:00:00Z was claimed in the fleet, so no other host runs it/
    expect(records(one, 'interrupted')).toMatchObject([{reason: expect.stringMatching(claimed)}])
    const opened = one.journal('incidents.jsonl').filter(({kind}) => kind === 'opened')
    expect(opened).toMatchObject([{job: nightly, reason: expect.stringMatching(claimed)}])
  })

  test('of a host whose guard and job were killed is run again there, though its lease has time left', async () => {
    const nightly = newJob()
    const one = host('web-17', nightly, {ttl: '10m', onCrash: 'rerun', cwd: '.'})
    one.write('hold', '')
    const run = one.begin('run', '--slot', '2026-01-02T03:00:00Z', nightly)
    await hasBegun(one)
    run.kill('SIGKILL')
    process.kill(pidOf(one), 'SIGKILL')
    await run.ended
    await until(() => !isAlive(pidOf(one)), 'the end of the job')
    await one.sh('rm hold')
    expect((await one.call('recover')).code).toBe(0)
    await until(() => records(one, 'ended').length === 1, 'the end of the rerun')
    expect(records(one, 'started')).toMatchObject([{token: 1}, {token: 2}])
    expect(records(one, 'skipped')).toEqual([])
  })

  test('reports a slot that was claimed after its host had given up, and that host may still run it', async () => {
    const nightly = newJob()
    const slot = ['--slot', '2026-01-02T03:00:00Z']
    // A busy machine needs some of it to send the question.
    const one = host('web-17', nightly, {ttl: '10m'}, {timeout: '3s', wait: '0s'})
    const other = host('web-18', nightly)
    const setStandbys = async (names: string) => {
      await sql(`alter system set synchronous_standby_names = '${names}'`)
      await sql('select pg_reload_conf()')
      await expect.poll(() => sql('show synchronous_standby_names'), {timeout: 20_000}).toBe(names)
    }
    // Each commit waits for a standby that is not there.
    await setStandbys('nobody')
    expect((await one.call('run', ...slot, nightly)).code).toBe(74)
    await setStandbys('')
    await expect
      .poll(() => sql(`select host from guard.lease where job = '${nightly}'`), {timeout: 20_000})
      .toBe('web-17')
    expect((await other.call('run', ...slot, nightly)).code).toBe(75)
    const round = await one.call('watchdog', '--verbose')
    expect([round.code, round.stdout]).toEqual([2, expect.stringContaining('so no host runs it')])
    expect((await one.call('why', nightly)).stdout).toContain('had given up asking when its slot 2026-01-02T03:00:00Z')
    expect(await one.call('run', ...slot, nightly)).toMatchObject({code: 0, stdout: 'token 2\n'})
    expect((await one.call('watchdog')).code).toBe(0)
  })

  describe('a question that got through, and its answer did not', () => {
    /** The way of a host to the store, on which each answer to a claim is lost. */
    async function silence() {
      const proxy = await startCutProxy(postgres().port)
      proxy.holdAnswersTo('guard.acquire')
      const url = new URL(database.url)
      url.port = `${proxy.port}`
      return url.href
    }
    const rowOf = (nightly: string) =>
      sql(
        `select host || ' ' || token || ' ' || coalesce(release_status, '-') from guard.lease where job = '${nightly}'`,
      )
    const slot = ['--slot', '2026-01-02T03:00:00Z']

    test('is on record if guard is killed meanwhile: its slot is reported, and that host may still run it', async () => {
      const nightly = newJob()
      const [one, other] = [host('web-17', nightly, {ttl: '10m'}, {timeout: '1m'}), host('web-18', nightly)]
      const run = one.start(['run', ...slot, nightly], {env: {GUARD_FLEET_URL: await silence()}})
      await expect.poll(() => rowOf(nightly), {timeout: 20_000}).toBe('web-17 1 -')
      run.kill('SIGKILL')
      await run.ended
      expect(one.journal('fleet.jsonl')).toMatchObject([{kind: 'asked', process: {pid: run.pid}}])
      expect((await other.call('run', ...slot, nightly)).code).toBe(75)
      const round = await one.call('watchdog', '--verbose')
      expect([round.code, round.stdout]).toEqual([2, expect.stringContaining('so no host runs it')])
      expect((await one.call('why', nightly)).stdout).toContain('its guard was gone before its job began')
      expect(await one.call('run', ...slot, nightly)).toMatchObject({code: 0, stdout: 'token 2\n'})
      expect((await one.call('watchdog')).code).toBe(0)
    })

    test('is taken over by the next run of its host', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly, {ttl: '10m'}, {timeout: '1m'})
      const run = one.start(['run', nightly], {env: {GUARD_FLEET_URL: await silence()}})
      await expect.poll(() => rowOf(nightly), {timeout: 20_000}).toBe('web-17 1 -')
      run.kill('SIGKILL')
      await run.ended
      expect((await one.call('run', nightly)).stdout).toBe('token 2\n')
    })

    test.each([
      ['by the next run of its host, which is not held up', ['run', '--slot', '2026-01-03T03:00:00Z']],
      ['by a round of its watchdog', ['watchdog']],
    ])('of a run that goes on with onStoreError: run is settled %s: its slot is done', async (_title, next) => {
      const nightly = newJob()
      const lost = {timeout: '2s', wait: '0s', onStoreError: 'run'}
      const [one, other] = [host('web-17', nightly, {ttl: '10m'}, lost), host('web-18', nightly)]
      const run = await one.at(await silence())('run', ...slot, nightly)
      expect([run.code, run.stdout]).toEqual([0, 'token \n'])
      expect(await rowOf(nightly)).toMatch(/^web-17 \d -$/)
      const args = next[0] === 'run' ? [...next, nightly] : next
      expect((await one.call(...args)).code).toBe(0)
      expect(await rowOf(nightly)).toMatch(/^web-17 \d ok$/)
      expect((await other.call('run', ...slot, nightly)).stderr).toContain('was claimed by web-17')
      // The next one finds nothing held.
      expect((await other.call('run', nightly)).code).toBe(0)
    })

    test('of a slot that no question reached the store for is done too, once it answers', async () => {
      const nightly = newJob()
      const [one, other] = [host('web-17', nightly, {}, {wait: '0s', onStoreError: 'run'}), host('web-18', nightly)]
      const nowhere = `postgres://guard:pw@127.0.0.1:${await closedPort()}/fleet`
      expect((await one.at(nowhere)('run', ...slot, nightly)).code).toBe(0)
      expect(await rowOf(nightly)).toBe('')
      expect((await one.call('watchdog')).code).toBe(0)
      expect(await rowOf(nightly)).toBe('web-17 1 ok')
      expect((await other.call('run', ...slot, nightly)).code).toBe(75)
    })
  })

  test('is no longer the trouble of a host whose run failed once another host has run it well, and is anew when it fails there again', async () => {
    const nightly = newJob()
    const more = {command: ['test', '!', '-e', 'bad']}
    const [one, other] = [host('web-17', nightly, more), host('web-18', nightly, more)]
    const slot = (day: number) => ['run', '--slot', `2026-11-0${day}T02:00:00Z`, nightly]
    const incidents = () => one.journal('incidents.jsonl').flatMap(({kind, run}) => (kind === 'opened' ? [run] : []))
    one.write('bad', '')
    expect((await one.call(...slot(1))).code).toBe(1)
    expect((await one.call('watchdog')).stdout).toContain('incident opened')
    // That another host has it, or had it and failed, is no proof of its health.
    other.write('bad', '')
    expect((await other.call(...slot(2))).code).toBe(1)
    expect((await one.call(...slot(2))).code).toBe(75)
    expect((await one.call('watchdog')).stdout).not.toContain('well since')
    expect((await one.call('status')).stdout).toMatch(/1 job.* in trouble|needs you/)
    await other.sh('rm bad')
    expect((await other.call(...slot(3))).code).toBe(0)
    expect((await one.call(...slot(3))).code).toBe(75)
    expect(records(one, 'skipped')).toMatchObject([
      {by: 'web-18', lastEnd: {token: 2, status: 'error'}},
      {by: 'web-18', lastEnd: {token: 3, status: 'ok', agoMs: expect.any(Number)}},
    ])
    expect((await one.call('watchdog')).stdout).toContain('another host of the fleet has run it well since')
    expect((await one.call(...slot(4))).code).toBe(1)
    expect((await one.call('watchdog')).stdout).toContain('incident opened')
    expect((await one.call('watchdog')).stdout).not.toContain('incident opened')
    expect(incidents()).toEqual(records(one, 'ended').map(({run}) => run))
  })

  test('is well again by a round of the watchdog, which asks the store only while it is in trouble', async () => {
    const nightly = newJob()
    const [one, other] = [host('web-17', nightly, {command: ['false']}), host('web-18', nightly)]
    expect((await one.call('run', nightly)).code).toBe(1)
    expect((await one.call('watchdog')).stdout).toContain('incident opened')
    expect((await other.call('run', nightly)).code).toBe(0)
    const round = await one.call('watchdog')
    expect([round.code, round.stdout]).toEqual([
      0,
      expect.stringContaining('another host of the fleet has run it well'),
    ])
    expect(records(one, 'seen')).toMatchObject([{job: nightly, lastEnd: {token: 2, status: 'ok'}}])
    expect(await one.at(`postgres://guard@127.0.0.1:${await closedPort()}/none`)('watchdog')).toMatchObject({code: 0})
  })

  test('is judged without a watchdog by the refusal that tells of a good run of another host', async () => {
    const nightly = newJob()
    const fails = {command: ['false']}
    const [one, other] = [host('web-17', nightly, fails), host('web-18', nightly)]
    const settings = JSON.parse(readFileSync(one.path('.guardianrc.json'), 'utf8')) as object
    const told = {channels: {file: {type: 'file', path: 'sent.jsonl'}}, alerting: {routes: [{to: ['file']}]}}
    one.write('.guardianrc.json', JSON.stringify({...settings, ...told}))
    const kinds = () =>
      existsSync(one.path('state/incidents.jsonl')) ? one.journal('incidents.jsonl').map(({kind}) => kind) : []
    expect((await one.call('run', nightly)).code).toBe(1)
    await until(() => kinds().includes('opened'), 'the incident')
    expect((await other.call('run', '--slot', '2026-11-02T02:00:00Z', nightly)).code).toBe(0)
    expect((await one.call('run', '--slot', '2026-11-02T02:00:00Z', nightly)).code).toBe(75)
    await until(() => kinds().includes('resolved'), 'the end of the incident')
    const status = await one.call('status')
    expect(status.stdout).toContain('none of 1 job needs you')
    expect(status.code).not.toBe(2)
  })

  test('goes on above the tokens that a job has had, when it comes to its machine alone and back', async () => {
    const nightly = newJob()
    const one = host('web-17', nightly)
    await one.call('run', nightly)
    await sql(`update guard.lease set token = 40 where job = '${nightly}'`)
    expect((await one.call('run', nightly)).stdout).toBe('token 41\n')
    const alone = one.write('alone.json', JSON.stringify({jobs: {[nightly]: {command: ['sh', '-c', job]}}}))
    expect((await one.call('run', '--config', alone, nightly)).stdout).toBe('token 42\n')
    await sql(`delete from guard.lease where job = '${nightly}'`)
    expect((await one.call('run', nightly)).stdout).toBe('token 43\n')
  })

  describe('without its store', () => {
    const away = async () => `postgres://guard:pw@127.0.0.1:${await closedPort()}/fleet`

    test('runs nothing and says so with 74, tells one person, and that it is over', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {wait: '300ms'})
      const settings = JSON.parse(readFileSync(one.path('.guardianrc.json'), 'utf8')) as object
      const alerting = {groupWait: '0s', routes: [{level: 'WARNING', to: ['file']}]}
      const channels = {file: {type: 'file', path: 'sent.jsonl'}}
      const watchdog = {escalateAfter: '1s'}
      one.write('.guardianrc.json', JSON.stringify({...settings, channels, alerting, watchdog}))
      const call = one.at(await away())
      for (const run of [await call('run', nightly), await call('run', nightly)]) {
        expect([run.code, run.stdout]).toEqual([74, ''])
        expect(run.stderr).toContain(`${nightly} was skipped: the store of the fleet gives no answer`)
      }
      // Another fault before it answers is no news.
      const wrong = database.url.replace(encodeURIComponent(passwordOf(hostUser)), 'hunter2')
      expect([(await one.at(wrong)('run', nightly)).code, (await call('run', nightly)).code]).toEqual([74, 74])
      await until(() => existsSync(one.path('sent.jsonl')), 'the message')
      const sick = await call('health')
      expect([sick.code, sick.stdout]).toEqual([2, expect.stringContaining('the store of the fleet gives no answer')])
      expect((await one.call('run', nightly)).code).toBe(0)
      expect(one.journal('alerts.jsonl')).toMatchObject([
        {level: 'WARNING', component: 'fleet', job: 'guard-fleet'},
        {level: 'INFO', component: 'fleet', job: 'guard-fleet'},
      ])
      await until(() => readFileSync(one.path('sent.jsonl'), 'utf8').includes('"recovery"'), 'its end')
    })

    test.each([
      ['guard fleet check', ['fleet', 'check']],
      ['guard lease list', ['lease', 'list', '--scope', 'fleet']],
    ])('is unhealthy until an answer to another question: %s', async (_title, args) => {
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {wait: '0s'})
      expect((await one.at(await away())('run', nightly)).code).toBe(74)
      const fleetCheck = async () => {
        const {checks} = JSON.parse((await one.call('health', '--json')).stdout) as {
          checks: {check: string; verdict: string}[]
        }
        return checks.find(({check}) => check === 'fleet')?.verdict
      }
      expect(await fleetCheck()).toBe('unhealthy')
      await one.call(...args)
      expect(await fleetCheck()).toBe('healthy')
    })

    test('runs the job with onStoreError: run, without a token and with a record that says so', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {wait: '0s', onStoreError: 'run'})
      const run = await one.at(await away())('run', nightly)
      expect([run.code, run.stdout]).toEqual([0, 'token \n'])
      expect(run.stderr).toContain('runs with the lease of this machine alone')
      expect(records(one, 'started')).toMatchObject([{unfenced: true}])
      expect(records(one, 'started')[0]).not.toHaveProperty('token')
      expect((await one.call('why', nightly)).stdout).toContain('Started without the lease of its fleet')
    })

    test('is refused at once with an authority that cannot be read, also with onStoreError: run', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {wait: '1h', onStoreError: 'run'})
      const run = await one.at(`${database.url}?sslrootcert=${one.write('ca.pem', 'no certificate')}`)('run', nightly)
      expect([run.code, run.stdout]).toEqual([74, ''])
      expect(run.stderr).toMatch(
        /the certificate of the authority for the store at .* is not in .*ca\.pem, or is damaged/,
      )
    })

    test('is refused at once where asking again changes nothing, and no secret is told', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {wait: '1h', onStoreError: 'run'})
      const wrong = database.url.replace(encodeURIComponent(passwordOf(hostUser)), 'hunter2')
      const {code, stdout, stderr} = await one.at(wrong)('run', nightly)
      expect([code, stdout]).toEqual([74, ''])
      expect(stderr).toContain('the store of the fleet refuses this host')
      const kept = await one.sh('cat state/*.jsonl state/logs/*')
      expect(stderr + kept.stdout).not.toContain('hunter2')
    })

    test('says which of schema and guard has to be updated, where their versions differ', async () => {
      const {name, url} = await createFleetDatabase(postgres())
      const older = `alter function guard.acquire rename to before; alter function guard.list rename to before_list;
        create or replace function guard.version() returns integer language sql immutable as 'select 1'`
      await postgres().sql(older, name)
      const nightly = newJob()
      const one = host('web-17', nightly, {}, {onStoreError: 'run'})
      const said = /has version 1 of the schema, and this guard needs version 3\n.*guard fleet schema/
      for (const [args, code] of [
        [['run', nightly], 74],
        [['lease', 'list', '--scope', 'fleet'], 74],
      ] as const) {
        const asked = await one.at(url)(...args)
        expect([asked.code, asked.stderr]).toEqual([code, expect.stringMatching(said)])
      }
      const check = await one.at(url)('fleet', 'check')
      expect([check.code, check.stdout]).toEqual([2, expect.stringContaining('version 1, and this guard needs 3')])
    })

    test.each([
      ['flags that no fleet can keep', ['run', '--overlap', 'allow'], 78, 'its overlap is not possible'],
      ['a ttl that is too short', ['run', '--ttl', '30s'], 78, 'its ttl is too short'],
      ['a slot that is no time', ['run', '--slot', 'tomorrow'], 64, 'is not a slot of'],
      ['a slot on a day that is none', ['run', '--slot', '2026-02-30T02:00:00Z'], 64, 'is not a slot of'],
    ])('refuses %s before anything starts', async (_title, args, code, said) => {
      const nightly = newJob()
      const one = host('web-17', nightly)
      const run = await one.call(...args, nightly)
      expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(said)])
      expect(existsSync(one.path('pid'))).toBe(false)
    })

    test.each([
      ['is not set', undefined, 'fleet.postgres: the environment variable GUARD_FLEET_URL is not set'],
      ['is wrong', 'postgres://guard:hunter2@db.example.org/d?sslmode=require', 'has sslmode=require'],
    ])('refuses a host whose address of it %s, which is recorded and told once', async (_title, url, said) => {
      const nightly = newJob()
      const one = host('web-17', nightly)
      const call = url === undefined ? one.guard : one.at(url)
      for (const run of [await call('run', nightly), await call('run', nightly)])
        expect([run.code, run.stdout, run.stderr]).toEqual([78, '', expect.stringContaining(said)])
      expect(existsSync(one.path('pid'))).toBe(false)
      expect(records(one, 'skipped')).toMatchObject([{reason: expect.stringContaining(said)}, {}])
      expect(one.journal('alerts.jsonl')).toMatchObject([{level: 'WARNING', component: 'fleet'}])
      expect((await call('health')).stdout).toContain('the store of the fleet has no address that can be used')
      expect((await call('why', nightly)).stdout).toContain(said)
      expect((await one.sh('cat state/*.jsonl')).stdout).not.toContain('hunter2')
      expect((await one.call('run', nightly)).code).toBe(0)
      expect(one.journal('alerts.jsonl')).toMatchObject([{}, {level: 'INFO', component: 'fleet'}])
    })
  })

  describe('leases from the shell', () => {
    const json = ({stdout}: {readonly stdout: string}) => JSON.parse(stdout) as Record<string, unknown>

    test('are those of the fleet for a job of the fleet, and every host sees them', async () => {
      const nightly = newJob()
      const [one, other] = [host('web-17', nightly), host('web-18', nightly)]
      const taken = await one.call('lease', 'acquire', nightly, '--ttl', '10m', '--holder', 'me')
      expect(taken).toMatchObject({code: 0, stdout: '1\n'})
      const busy = await other.call('lease', 'acquire', nightly, '--ttl', '10m', '--json')
      expect([busy.code, json(busy)]).toMatchObject([75, {lease: {host: 'web-17', holder: 'me', token: 1}}])
      expect(json(await other.call('lease', 'show', nightly, '--json'))).toMatchObject({
        ...{job: nightly, scope: 'fleet', state: 'held', host: 'web-17', holder: 'me', token: 1, ttlMs: 600_000},
      })
      const all = json(await other.call('lease', 'list', '--scope', 'fleet', '--json'))
      expect(all['leases']).toContainEqual(expect.objectContaining({job: nightly, host: 'web-17'}))
      expect(json(await other.call('lease', 'list', '--json'))).toEqual({leases: []})

      expect((await one.call('lease', 'check', nightly, '--token', '1')).code).toBe(0)
      expect((await one.call('lease', 'renew', nightly, '--token', '1')).code).toBe(0)
      expect((await one.call('lease', 'release', nightly, '--token', '1')).code).toBe(0)
      const over = await one.call('lease', 'check', nightly, '--token', '1')
      expect([over.code, over.stderr]).toEqual([77, expect.stringContaining('it was given back')])
    })

    test('are those of the machine with --scope machine', async () => {
      const nightly = newJob()
      const one = host('web-17', nightly)
      expect((await one.guard('lease', 'acquire', nightly, '--ttl', '5s', '--scope', 'machine')).stdout).toBe('1\n')
      expect(one.journal('leases.jsonl')).toMatchObject([{kind: 'claimed', job: nightly}])
    })

    test('need a store', async () => {
      const box = createSandbox()
      expect(await box.guard('lease', 'list', '--scope', 'fleet')).toMatchObject({
        code: 78,
        stderr: expect.stringContaining('there is no store of a fleet in the settings'),
      })
    })
  })
})
