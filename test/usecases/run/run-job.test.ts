import {describe, expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import {GuardError} from '../../../src/errors.js'
import {runJob} from '../../../src/usecases/run/run-job.js'
import {type FakeAttempt, fakeRun} from '../../support/fake-run.js'

const kinds = (lines: readonly Readonly<Record<string, unknown>>[]) => lines.map(({kind}) => kind)
const unusable = new GuardError('io', 'no space left')
const recovery = [{do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}] as const

const self = {pid: 7, start: '1'}

describe('a run', () => {
  test('is recorded, renewed, reported and given back', async () => {
    const {deps, request, runs, leases, seen} = fakeRun({}, [{code: 0, lastsMs: 1500}])
    const report = await runJob(deps, request)
    expect(report).toMatchObject({outcome: 'healthy', exitCode: 0, attempts: 1, recovered: false, token: 1})
    expect(kinds(runs.lines)).toEqual(['started', 'attempt-ended', 'ended'])
    expect(runs.lines.at(-1)).toMatchObject({run: 'run-1', outcome: 'healthy', durationMs: 1500})
    expect(runs.lines.at(-1)?.['notRetried']).toBeUndefined()
    expect(leases.lines.map(({kind, status}) => [kind, status])).toEqual([
      ['claimed', undefined],
      ['renewed', undefined],
      ['renewed', undefined],
      ['released', 'ok'],
    ])
    expect(seen.log).toEqual(['backup started, run run-1', 'backup ended healthy, exit code 0, in 1500 ms, run run-1'])
    expect(seen.done).toEqual(['attempt 1', 'log followed', 'renewals stopped', 'log finished'])
  })

  describe('that another run cancels', () => {
    /** Its guard is asked to end while the job runs, which answers in its own way. */
    const cancelledRun = (attempt: FakeAttempt, settings: Partial<JobSettings> = {}) => {
      const run = fakeRun(settings, [attempt])
      const {supervise} = run.deps
      Object.assign(run.deps, {
        supervise: (...call: Parameters<typeof supervise>) => {
          run.runs.append({kind: 'cancelled', job: 'backup', run: 'run-1', byRun: 'run-2'}, 'buffered')
          run.ending.abort()
          return supervise(...call)
        },
      })
      return run
    }

    test.each<[string, FakeAttempt, number]>([
      ['dies of TERM', {signal: 'SIGTERM'}, 143],
      ['fails', {code: 3}, 3],
      ['ends well', {code: 0}, 0],
    ])('is killed and proves nothing, also if its job %s', async (_, attempt, exitCode) => {
      const {deps, request, runs, leases, seen} = cancelledRun(attempt)
      const detail = 'run run-2 has cancelled it (overlap: cancel-other)'
      const end = {outcome: 'killed', class: 'cancelled', detail, exitCode}
      expect(await runJob(deps, request)).toMatchObject({...end, cancelledBy: 'run-2'})
      expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', ...end, notRetried: detail})
      expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'ok'})
      expect(seen.warnings).toEqual([`backup: ${detail}`])
    })

    test('is neither tried again nor recovered', async () => {
      const settings = {retry: {...jobDefaults.retry, maxAttempts: 3}, recovery}
      const {deps, request, seen} = cancelledRun({code: 3}, settings)
      expect(await runJob(deps, request)).toMatchObject({attempts: 1, cancelledBy: 'run-2'})
      expect(seen.done).not.toContain('fix')
    })

    test('has failed if its job cannot be ended', async () => {
      const stopped = {survivors: [{pid: 7}], killed: true, isProven: false}
      const {deps, request, runs} = cancelledRun({signal: 'SIGTERM', stopped})
      expect(await runJob(deps, request)).not.toHaveProperty('cancelledBy')
      expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', detail: 'could not be ended: process 7'})
    })
  })

  describe('whose lease another run has taken', () => {
    /** The other one takes it while the job runs. */
    const fencedRun = (settings: Partial<JobSettings> = {}) => {
      const run = fakeRun({ttlMs: 1000, ...settings}, [{code: 3}])
      const {deps, clock, leases} = run
      const {supervise} = deps
      Object.assign(deps, {
        every: () => () => undefined,
        supervise: (...call: Parameters<typeof supervise>) => {
          clock.advance(5000)
          leases.append({kind: 'claimed', job: 'backup', holder: 'run-2', ttlMs: 1000}, 'buffered')
          return supervise(...call)
        },
      })
      return run
    }

    test('says so in its end, which is its own', async () => {
      const {deps, request, runs} = fencedRun()
      expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
      expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', run: 'run-1', outcome: 'failed', fenced: true})
    })

    test('is neither tried again nor recovered beside the other one, which is on record', async () => {
      const {deps, request, seen, runs} = fencedRun({retry: {...jobDefaults.retry, maxAttempts: 3}, recovery})
      expect(await runJob(deps, request)).toMatchObject({attempts: 1, exitCode: 3})
      expect(seen.done).not.toContain('fix')
      expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', notRetried: 'it has lost its lease'})
    })
  })

  test('takes as long as the monotonic clock says, whatever is done to the other one', async () => {
    const {deps, request, runs, clock, seen} = fakeRun({}, [{code: 0, lastsMs: 1500}])
    const {supervise} = deps
    Object.assign(deps, {
      supervise: (...call: Parameters<typeof supervise>) => {
        clock.jump(-3_600_000)
        return supervise(...call)
      },
    })
    expect(await runJob(deps, request)).toMatchObject({durationMs: 1500})
    expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', durationMs: 1500})
    expect(seen.log.at(-1)).toContain('in 1500 ms')
  })

  describe('whose reader lacks a part of the output', () => {
    const why = 'ENOSPC: no space left on device, write'
    const lossyRun = (settings: Partial<JobSettings>, attempts?: readonly FakeAttempt[]) => {
      const run = fakeRun(settings, attempts)
      const {openOutput} = run.deps
      Object.assign(run.deps, {openOutput: () => ({...openOutput(false), lost: async () => why})})
      return run
    }
    const detail = `a part of its output could not be passed on: ${why}`

    test('has failed, in its record, its lease, its exit code and its report', async () => {
      const {deps, request, runs, leases, seen} = lossyRun({})
      const end = {outcome: 'failed', class: 'output-lost', detail, exitCode: 74}
      expect(await runJob(deps, request)).toMatchObject(end)
      expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', ...end})
      expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error', detail: 'failed'})
      expect([seen.exitCode, seen.log.at(-1)]).toEqual([74, expect.stringContaining('ended failed, exit code 74')])
    })

    test('is neither tried again nor recovered, since what was passed on cannot be taken back', async () => {
      const settings = {retry: {...jobDefaults.retry, maxAttempts: 3}, recovery}
      const {deps, request, runs, seen} = lossyRun(settings)
      expect(await runJob(deps, request)).toMatchObject({class: 'output-lost', attempts: 1, recovered: false})
      expect(seen.done).not.toContain('fix')
      expect(runs.lines.at(-1)).toMatchObject({notRetried: 'what was passed on cannot be taken back'})
    })

    test('has failed also if a later attempt is well', async () => {
      const retry = {...jobDefaults.retry, maxAttempts: 3}
      const {deps, request} = lossyRun({retry}, [{code: 3}, {code: 0}])
      expect(await runJob(deps, request)).toMatchObject({class: 'output-lost', attempts: 2, exitCode: 74})
    })

    test('ends as its job did where that failed', async () => {
      const {deps, request} = lossyRun({}, [{code: 3, evidence: {class: 'connection'}}])
      expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', class: 'connection', exitCode: 3})
    })

    test('is healthy where nothing is passed on', async () => {
      const {deps, request} = lossyRun({quiet: true})
      expect(await runJob(deps, request)).toMatchObject({outcome: 'healthy', exitCode: 0})
    })
  })

  test('whose log cannot be looked at any more ends with the exit code of the job', async () => {
    const {deps, request, runs, leases, seen} = fakeRun({}, [{code: 3}])
    const {openOutput} = deps
    const broken = () => {
      throw Object.assign(new Error('EIO: i/o error, fstat'), {syscall: 'fstat'})
    }
    let calls = 0
    Object.assign(deps, {
      openOutput: () => {
        const output = openOutput(false)
        return {...output, range: () => (calls++ < 2 ? output?.range() : broken())}
      },
    })
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
    expect([seen.exitCode, seen.done.at(-1)]).toEqual([3, 'log finished'])
    expect([kinds(runs.lines).at(-1), kinds(leases.lines).at(-1)]).toEqual(['ended', 'released'])
    expect(seen.warnings).toEqual(['a part of the record is missing: EIO: i/o error, fstat'])
  })

  test('whose lease went to a process that could not be ended is not called interrupted by the next', async () => {
    const {deps, request, runs, leases} = fakeRun()
    runs.append({kind: 'started', job: 'backup', run: 'run-0'}, 'buffered')
    runs.append({kind: 'ended', job: 'backup', run: 'run-0', outcome: 'timed-out'}, 'buffered')
    leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
    const openClaim = deps.openClaim
    Object.assign(deps, {openClaim: () => ({...openClaim?.(), livingProcessOf: async () => 'none'})})
    await runJob(deps, request)
    expect(kinds(runs.lines)).toEqual(['started', 'ended', 'started', 'attempt-ended', 'ended'])
  })

  test('hands the exit code of the job on, and releases its lease with an error', async () => {
    const {deps, request, leases, seen} = fakeRun({}, [{code: 3}])
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
    expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error', detail: 'failed'})
    expect(seen.exitCode).toBe(3)
  })

  test('that is quiet passes its output on only if it ends badly', async () => {
    const good = fakeRun({quiet: true})
    await runJob(good.deps, good.request)
    expect(good.seen.done).toEqual(['attempt 1', 'log followed quietly', 'renewals stopped', 'log finished quietly'])
    const bad = fakeRun({quiet: true}, [{code: 1}])
    await runJob(bad.deps, bad.request)
    expect(bad.seen.done.at(-1)).toBe('log finished')
  })

  test('waits for a part of its jitter before it claims its lease', async () => {
    const {deps, request, clock, leases} = fakeRun({jitterMs: 10_000})
    const begun = clock.now()
    await runJob(deps, request)
    expect(leases.lines[0]).toMatchObject({kind: 'claimed', at: begun + 5000})
  })

  test('closes the run that held the lease before, after removing what it has left', async () => {
    const {deps, request, runs, seen} = fakeRun()
    const first = deps.openClaim!()
    first.leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
    // The one before was not closed either, since its successor was killed before it could.
    for (const run of ['run--1', 'run-0']) runs.append({kind: 'started', job: 'backup', run, process: self}, 'buffered')
    await runJob({...deps, openClaim: () => ({...first, livingProcessOf: async () => 'none'})}, request)
    expect(runs.lines.slice(2, 4)).toMatchObject([
      {kind: 'interrupted', run: 'run--1', reason: 'its guard and its job are gone: process 7 no longer runs'},
      {kind: 'interrupted', run: 'run-0'},
    ])
    expect(seen.done.slice(0, 2)).toEqual(['tidy spools of run--1, run-0', 'attempt 1'])
  })
})

/** Runs whose `kinds` cannot be written until `roomAt`. */
function fullDisk(
  {runs, clock}: ReturnType<typeof fakeRun>,
  failing: readonly string[],
  roomAt = Number.POSITIVE_INFINITY,
) {
  const tries: string[] = []
  const note: typeof runs.note = (entry, durability) => {
    if (failing.includes(entry.kind) && clock.mono() < roomAt) {
      tries.push(entry.kind)
      throw new GuardError('io', 'ENOSPC: no space left on device')
    }
    return runs.note(entry, durability)
  }
  return {runs: {...runs, note}, tries}
}

describe('a run whose end cannot be written', () => {
  test('waits a moment for room, with its lease', async () => {
    const fake = fakeRun()
    const {runs, tries} = fullDisk(fake, ['ended'], fake.clock.mono() + 1000)
    await runJob({...fake.deps, runs}, fake.request)
    expect(kinds(fake.runs.lines)).toEqual(['started', 'attempt-ended', 'ended'])
    expect(tries.length).toBeGreaterThan(1)
    expect(fake.leases.lines.at(-1)).toMatchObject({kind: 'released', at: fake.runs.lines.at(-1)?.['at']})
    expect(fake.leases.lines.at(-1)).not.toHaveProperty('unclosed')
    expect(fake.seen.warnings).toEqual([])
  })

  test('says so, and waits no longer than two seconds', async () => {
    const fake = fakeRun()
    const begun = fake.clock.mono()
    await runJob({...fake.deps, runs: fullDisk(fake, ['ended']).runs}, fake.request)
    expect(fake.clock.mono() - begun).toBeLessThanOrEqual(2000)
    expect(fake.seen.warnings).toEqual(['run of backup not recorded: ENOSPC: no space left on device'])
  })

  test('does not wait where its start is not on record either, or where guard was asked to end', async () => {
    const unbegun = fakeRun()
    const begun = unbegun.clock.mono()
    await runJob({...unbegun.deps, runs: fullDisk(unbegun, ['started', 'ended']).runs}, unbegun.request)
    expect(unbegun.clock.mono()).toBe(begun)
    const asked = fakeRun()
    const askedAt = asked.clock.mono()
    asked.ending.abort()
    await runJob({...asked.deps, runs: fullDisk(asked, ['ended']).runs}, asked.request)
    expect(asked.clock.mono()).toBe(askedAt)
  })
})

test('a run whose end could not be written has that which it left with its lease, by the next one', async () => {
  const fake = fakeRun()
  const {deps, request, runs, leases, seen, clock} = fake
  await runJob({...deps, runs: fullDisk(fake, ['ended']).runs}, request)
  expect(kinds(runs.lines)).toEqual(['started', 'attempt-ended'])
  expect(leases.lines.at(-1)).toMatchObject({kind: 'released', unclosed: true, end: {run: 'run-1', exitCode: 0}})
  const endedAt = clock.now()
  clock.advance(60_000)
  await runJob(deps, {...request, runId: 'run-2'})
  expect(runs.read().get('backup')?.runs[0]).toMatchObject({id: 'run-1', outcome: 'healthy', exitCode: 0, endedAt})
  expect(seen.log.join()).toContain('backup ended healthy: its guard could not record its end')
  expect(runs.lines.slice(2)).toMatchObject([
    {kind: 'ended', run: 'run-1'},
    {kind: 'started', run: 'run-2'},
    {kind: 'attempt-ended'},
    {kind: 'ended', run: 'run-2'},
  ])
  expect(leases.lines.at(-1)).not.toHaveProperty('unclosed')
  expect(seen.log.join()).toContain('run run-1')
})

test('a run whose job says that there was nothing to do does not hide from the next one that the last end was bad', async () => {
  const {deps, request, leases} = fakeRun({}, [{evidence: {result: {outcome: 'skipped'}}}])
  leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
  leases.append({kind: 'released', job: 'backup', claim: 'r1', token: 1, status: 'error'}, 'buffered')
  expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', attempts: 1})
  expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error', detail: 'skipped'})
})

test('what could not be closed is left to the run after the next', async () => {
  const {deps, request, runs, leases} = fakeRun()
  leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 1}, 'buffered')
  runs.append({kind: 'started', job: 'backup', run: 'run-0', process: self}, 'buffered')
  const closeInterrupted = async () => {
    throw new GuardError('io', 'ENOSPC: no space left on device')
  }
  const claimed = {...deps.openClaim!(), livingProcessOf: async () => 'none' as const}
  await runJob({...deps, openClaim: () => claimed, closeInterrupted}, request)
  expect(kinds(runs.lines)).not.toContain('interrupted')
  await runJob(deps, {...request, runId: 'run-2'})
  expect(runs.lines.find(({kind}) => kind === 'interrupted')).toMatchObject({run: 'run-0'})
})

test('a run whose guard was killed between its end and the release of its lease was not interrupted', async () => {
  const {deps, request, runs, seen} = fakeRun()
  const first = deps.openClaim!()
  first.leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
  runs.append({kind: 'started', job: 'backup', run: 'run-0', process: self}, 'buffered')
  runs.append({kind: 'ended', job: 'backup', run: 'run-0', outcome: 'healthy', exitCode: 0}, 'buffered')
  await runJob({...deps, openClaim: () => ({...first, livingProcessOf: async () => 'none'})}, request)
  expect(kinds(runs.lines)).not.toContain('interrupted')
  expect(seen.log.join()).not.toContain('interrupted')
})

describe('a run that is not made', () => {
  test('because the lease is held is recorded as skipped, with the exit code of the settings', async () => {
    const {deps, request, runs, seen} = fakeRun({skipExitCode: 9})
    deps.openClaim!().leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 9, attempts: 0})
    expect(kinds(runs.lines)).toEqual(['skipped'])
    expect(seen.warnings).toEqual([
      expect.stringMatching(/^backup was skipped: its lease has been held by run-0 for 0 s/),
    ])
    expect(seen.tasks).toEqual([])
  })

  test('because its breaker is open gives its lease back and exits with 69', async () => {
    const {deps, request, breakers, leases, runs} = fakeRun({breaker: {target: 'api'}})
    breakers.append({kind: 'opened', target: 'api', by: 'hand', reason: 'maintenance', openForMs: 60_000}, 'buffered')
    expect(await runJob(deps, request)).toMatchObject({
      ...{outcome: 'skipped', exitCode: 69},
      detail: 'breaker api is open: maintenance',
    })
    expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error'})
    expect(kinds(runs.lines)).toEqual(['skipped'])
  })
})

describe('a breaker', () => {
  test('hears how the run ended', async () => {
    const bad = fakeRun({breaker: {target: 'api'}}, [{code: 1}])
    await runJob(bad.deps, bad.request)
    expect(bad.breakers.lines).toMatchObject([{kind: 'failed', target: 'api'}])
    const good = fakeRun({breaker: {target: 'api'}})
    await runJob(good.deps, good.request)
    expect(good.breakers.lines).toMatchObject([{kind: 'succeeded', target: 'api', credit: 0.1}])
  })

  test.each([
    ['was killed', {signal: 'SIGKILL'} as const],
    ['did not start', {fault: new GuardError('not-found', 'nothing there')}],
  ])('hears nothing of a run that %s', async (_title, attempt) => {
    const {deps, request, breakers} = fakeRun({breaker: {target: 'api'}}, [attempt])
    await runJob(deps, request)
    expect(breakers.lines).toEqual([])
  })

  test('whose journal cannot be read stops no job', async () => {
    const {deps, request, seen} = fakeRun({breaker: {target: 'api'}})
    const report = await runJob({...deps, openBreakers: () => Promise.reject(unusable)}, request)
    expect(report.exitCode).toBe(0)
    expect(seen.warnings).toEqual(['the breaker was not asked: no space left'])
  })
})

describe('a state directory that fails', () => {
  test('stops no job: it runs without lease, record and log, and says so', async () => {
    const {deps, request, seen, runs} = fakeRun()
    const fail = () => {
      throw unusable
    }
    const broken = {...deps, openClaim: fail, openOutput: fail, runs: {...runs, note: fail}}
    expect(await runJob(broken, request)).toMatchObject({outcome: 'healthy', exitCode: 0})
    expect(new Set(seen.warnings)).toEqual(
      new Set([
        'no space left; backup runs without lease',
        'no space left; no log is kept',
        'run of backup not recorded: no space left',
      ]),
    )
  })

  test('is not even tried when it cannot be used at all', async () => {
    const {deps, request, leases, runs} = fakeRun()
    const report = await runJob({...deps, openClaim: undefined, runs: undefined}, request)
    expect([report.exitCode, report.token, leases.lines, runs.lines]).toEqual([0, undefined, [], []])
  })

  test('keeps a job from running whose settings refuse that', async () => {
    const {deps, request, seen} = fakeRun({onStateError: 'refuse'})
    const openClaim = () => {
      throw unusable
    }
    await expect(runJob({...deps, openClaim}, request)).rejects.toMatchObject({kind: 'io'})
    expect(seen.tasks).toEqual([])
  })
})

describe('after a failure', () => {
  test('nothing is loaded for a job without retries and steps', async () => {
    const {deps, request} = fakeRun({}, [{code: 2}])
    const openRecovery = () => Promise.reject(new Error('not asked for'))
    expect(await runJob({...deps, openRecovery}, request)).toMatchObject({exitCode: 2, attempts: 1})
  })

  test('the run ends as the retry ended', async () => {
    const {deps, request, runs} = fakeRun({retry: {...fakeRun().request.settings.retry, maxAttempts: 2}}, [
      {code: 1, evidence: {class: 'connection'}},
      {code: 0},
    ])
    expect(await runJob(deps, request)).toMatchObject({outcome: 'healthy', exitCode: 0, attempts: 2})
    expect(kinds(runs.lines)).toEqual(['started', 'attempt-ended', 'attempt-ended', 'ended'])
  })

  test('the deadline of the retries holds for the first attempt too, and not for a verification', async () => {
    const retry = {...fakeRun().request.settings.retry, maxAttempts: 2, deadlineMs: 1000}
    const steps = [...recovery, {do: 'verify', when: [], pollMs: 1000}] as const
    const {deps, request, seen} = fakeRun({retry, recovery: steps, timeoutMs: 60_000}, [
      {code: 2, lastsMs: 1000, evidence: {class: 'uw-socket'}},
      {code: 0},
    ])
    await runJob(deps, request)
    expect(seen.tasks.map(({number, timeoutMs}) => [number, timeoutMs])).toEqual([
      [1, 1000],
      [2, 60_000],
    ])
  })

  test('a recovered run says so, with the class of what it was recovered from', async () => {
    const {deps, request, seen} = fakeRun({recovery: [...recovery, {do: 'verify', when: [], pollMs: 1000}]}, [
      {code: 2, evidence: {class: 'uw-socket'}},
      {code: 0},
    ])
    const report = await runJob(deps, request)
    expect(report).toMatchObject({outcome: 'healthy', exitCode: 0, attempts: 2, recovered: true, class: 'uw-socket'})
    expect(seen.log.at(-1)).toMatch(/^backup ended healthy, recovered, exit code 0,/)
  })

  test.each([
    ['a recovery that cannot be opened', new GuardError('io', 'journal gone')],
    ['a fault of guard in the recovery', new TypeError('journal gone')],
  ])('%s leaves the exit code of the job alone', async (_title, error) => {
    const {deps, request, seen, runs} = fakeRun({recovery}, [{code: 2}])
    const report = await runJob({...deps, openRecovery: () => Promise.reject(error)}, request)
    expect(report).toMatchObject({outcome: 'unhealthy', exitCode: 2, recovered: false})
    expect(seen.warnings).toEqual(['backup is not recovered: journal gone'])
    expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', exitCode: 2})
  })

  test('a fault of guard in the retries leaves the exit code of the job alone', async () => {
    const {deps, request, seen} = fakeRun({retry: {...fakeRun().request.settings.retry, maxAttempts: 2}}, [{code: 2}])
    const report = await runJob({...deps, openBreakers: () => Promise.reject(new TypeError('broken'))}, request)
    expect([report.exitCode, seen.warnings]).toEqual([2, ['backup is not recovered: broken']])
  })
})
