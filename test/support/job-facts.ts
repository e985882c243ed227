import type {JobFacts, Life, OutputFacts, SlotFacts} from '../../src/domain/watchdog/job-facts.js'

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute

/** The awake clock of all facts made here. */
export const nowAwake = 1000 * hour

const usual: JobFacts = {
  job: 'scan',
  now: {at: Date.UTC(2026, 0, 5, 12), awake: nowAwake, calmAwake: 0},
  limits: {freshForMs: undefined, graceMs: 5 * minute, vetoForMs: hour, bootGraceMs: 10 * minute},
  watchedAwake: 0,
  life: {is: 'none'},
  skipped: undefined,
  outputs: [],
  slot: undefined,
  openclaw: undefined,
}

/** Facts of a job that has been watched for long, on a calm machine. */
export function jobFacts(facts: Partial<JobFacts>): JobFacts {
  return {...usual, ...facts}
}

export const running: Life = {is: 'running', startedAwake: nowAwake - hour, seenAwake: nowAwake - minute}
export const lost: Life = {is: 'lost', startedAwake: nowAwake - hour, seenAwake: nowAwake - 20 * minute}

export function ended(agoMs: number, trouble?: string): Life {
  return {is: 'ended', startedAwake: nowAwake - agoMs - minute, seenAwake: nowAwake - agoMs, trouble}
}

/** Output of at most an hour, written so long ago. */
export function output(agoMs: number, problem?: string): OutputFacts {
  const newest = {path: 'out.json', modifiedAwake: nowAwake - agoMs, size: 10, problem}
  return {files: '*.json', maxAgeMs: hour, newest, unreadable: undefined}
}

export const noFile: OutputFacts = {files: '*.json', maxAgeMs: hour, newest: undefined, unreadable: undefined}

export function slot(agoMs: number, is: SlotFacts['due']['is'] = 'awake'): SlotFacts {
  return {
    at: usual.now.at - agoMs,
    due: {is, awake: nowAwake - agoMs},
    former: {is: 'awake', awake: nowAwake - agoMs - hour},
  }
}
