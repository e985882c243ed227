import {expect, test} from 'vitest'
import type {WrongSettings} from '../../../src/domain/settings/wrong.js'
import {GuardError} from '../../../src/errors.js'
import {knownJob} from '../../../src/usecases/history/known-job.js'
import {leaseOf} from '../../support/leases.js'

interface Known {
  readonly settings?: readonly string[]
  readonly openclaw?: readonly string[]
  readonly inTrouble?: readonly string[]
  readonly runs?: readonly string[]
  readonly leases?: readonly string[]
  readonly wrong?: Partial<WrongSettings>
}

function depsOf({settings = [], openclaw = [], inTrouble = [], runs = [], leases = [], wrong}: Known) {
  const whole = wrong && {message: '', jobs: {}, parts: [], ...wrong}
  return {
    settings: {jobs: byName(settings), openclaw: {jobs: byName(openclaw)}, wrong: whole} as never,
    incidents: {read: () => ({open: new Map(inTrouble.map((name) => [name, {}]))}) as never},
    runs: {read: () => new Map(runs.map((name) => [name, {runs: []}]))},
    leases: {read: () => ({grants: 1, byJob: new Map(leases.map((name) => [name, leaseOf(name)]))})},
  }
}

function byName(names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, {}]))
}

/** @returns the job, or the hints if none is known */
function meant(known: Known, given: string): string | readonly string[] {
  try {
    return knownJob(depsOf(known), given)
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'usage') throw error
    return error.hints
  }
}

test.each<[string, Known]>([
  ['the settings', {settings: ['scan']}],
  ['the settings, though they are wrong', {wrong: {jobs: {scan: {problems: [], isWatched: false}}}}],
  ['what the settings name of OpenClaw', {openclaw: ['scan']}],
  ['an open incident, though it never ran', {inTrouble: ['scan']}],
  ['a run on record', {runs: ['scan']}],
  ['a lease', {leases: ['scan']}],
])('a job is known from %s', (_title, known) => {
  expect(meant(known, 'scan')).toBe('scan')
})

test('a job is meant by the file of its script, too', () => {
  expect(meant({runs: ['scan']}, './jobs/scan.py')).toBe('scan')
})

test('a job of the very name comes before one that a file of that name would have', () => {
  expect(meant({runs: ['scan', 'scan.py']}, 'scan.py')).toBe('scan.py')
})

test('the only job with a hash behind the name is meant by the name', () => {
  const runs = ['scan-0a1b2c3d', 'scanner-0a1b2c3d', 'scan-nightly']
  expect([meant({runs}, 'scan'), meant({runs}, '/opt/scan.py')]).toEqual(['scan-0a1b2c3d', 'scan-0a1b2c3d'])
  expect(meant({runs: [...runs, 'scan']}, 'scan')).toBe('scan')
})

test('of several jobs with a hash behind the name all are named, and none is meant', () => {
  const runs = ['scan-0a1b2c3d', 'scan-4e5f6a7b', 'scat']
  expect(meant({runs}, 'scan')).toEqual([
    'did you mean scan-0a1b2c3d?',
    'did you mean scan-4e5f6a7b?',
    expect.stringMatching(/^a job is known once/),
  ])
})

test('at most three of the jobs with a name like it are named', () => {
  const runs = ['back-up', 'backups', 'backap', 'bckup', 'other']
  const named = meant({runs}, 'backup.sh') as readonly string[]
  expect(named.filter((hint) => hint.startsWith('did you mean'))).toHaveLength(3)
  expect(named.join()).not.toContain('other')
})

test('settings that cannot be used may name the job, which is said', () => {
  expect(meant({wrong: {refusal: 'stateDir: is wrong'}}, 'scan')).toContain(
    'the settings, which may name it, cannot be used: guard config check',
  )
  expect(meant({wrong: {parts: ['channels.ops']}}, 'scan')).toHaveLength(1)
})
