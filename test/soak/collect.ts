import type {Evidence, Health, History} from './evidence.js'
import type {Happened} from './harness.js'
import type {Kind} from './kind.js'
import {readAlerts, readIncidents, readMessages} from './records.js'
import {surveysOf, wholeRounds} from './rounds.js'
import {trueRuns} from './truth.js'
import type {Workplace} from './workplace.js'

type WhatHappened = Pick<Happened, 'launches' | 'rounds'>

/** Asks guard and reads its journals, while what still runs goes on. */
export function collectEvidence(
  place: Workplace,
  kinds: readonly Kind[],
  {happened, escalateAfterMs}: {readonly happened: WhatHappened; readonly escalateAfterMs: number},
): Evidence {
  const {launches, rounds} = happened
  const runs = new Map(kinds.map(({name}) => [name, trueRuns(place, name, launches)]))
  const started = kinds.filter(({periodTicks}) => periodTicks !== undefined)
  const histories = new Map(started.map(({name}) => [name, readHistory(place, name)]))
  return {
    kinds,
    runsOf: (job) => runs.get(job) ?? [],
    rounds: wholeRounds(rounds),
    surveys: surveysOf(rounds),
    incidents: readIncidents(place),
    alerts: readAlerts(place),
    messages: readMessages(place),
    unsent: unsentMessages(place),
    historyOf: (job) => histories.get(job) ?? {outcomes: new Map(), skipped: 0, text: ''},
    health: readHealth(place),
    escalateAfterMs,
  }
}

function readHistory(place: Workplace, job: string): History {
  const {stdout} = place.run('history', job, '--limit', '100000', '--json')
  const {runs = []} = parse<{runs: {id?: string; runId?: string; outcome?: string}[]}>(stdout)
  const known = runs.filter(({outcome}) => outcome !== 'skipped')
  const outcomes = new Map(known.map(({id, runId, outcome}) => [runId ?? id ?? '', outcome ?? 'running']))
  return {outcomes, skipped: runs.length - known.length, text: place.run('history', job).stdout}
}

function readHealth(place: Workplace): Health {
  const {code, stdout} = place.run('health', '--json')
  const {checks = []} = parse<{checks: {check: string; facts: {open?: {job: string}[]}}[]}>(stdout)
  const open = checks.find(({check}) => check === 'incidents')?.facts.open ?? []
  return {code, openJobs: open.map(({job}) => job), text: place.run('health').stdout}
}

/** How many messages wait to be sent. */
export function unsentMessages(place: Workplace): number {
  const {channels = []} = parse<{channels: {waiting: unknown[]}[]}>(place.run('alerts', 'outbox', '--json').stdout)
  return channels.reduce((sum, {waiting}) => sum + waiting.length, 0)
}

/** Nothing where guard printed no JSON: what is missing then is found by the checks. */
function parse<T extends object>(text: string): Partial<T> {
  try {
    return JSON.parse(text) as T
  } catch {
    return {}
  }
}
