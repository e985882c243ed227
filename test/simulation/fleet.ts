import type {OutputSettings} from '../../src/domain/settings/job.js'
import type {WatchedJob} from '../../src/domain/watchdog/watched-job.js'
import type {Random} from '../support/random.js'
import {hour, minute} from './machine.js'

/**
 * How a job lives.
 * - cron: its slots come from a schedule, it runs under guard
 * - python: starts by itself every so often and holds a lease that it never renews
 * - files: nobody sees it but by its output
 * - openclaw: as python, started by OpenClaw
 */
export type Way = 'cron' | 'python' | 'files' | 'openclaw'

/**
 * - dead: it is started no more
 * - crash: a run dies with its lease in the hand, and it is started no more
 * - mute: it runs and writes no output
 * - stuck: OpenClaw takes it for running and does not start it, until it is reset
 * - failing: it runs on time, and each run fails
 * - flapping: it fails and runs well by turns
 * - spoiled: what it writes breaks its rule
 * - storm: as failing, with many others and for one cause
 * - endless: a run goes on and on, and renews its lease
 */
export type OutageKind = 'dead' | 'crash' | 'mute' | 'stuck' | 'failing' | 'storm' | 'flapping' | 'spoiled' | 'endless'

export interface Outage {
  readonly kind: OutageKind
  /** Time awake, ms. */
  readonly from: number
  readonly to: number
  /** Whether a reset mends it. */
  readonly mendable: boolean
}

export interface SimulatedJob {
  readonly watched: WatchedJob
  readonly way: Way
  readonly periodMs: number
  readonly ttlMs: number
  readonly hasOutput: boolean
  readonly outage: Outage | undefined
}

const graceMs = 5 * minute
export const bootGraceMs = 10 * minute

export function drawFleet(random: Random, size: number, lengthMs: number): readonly SimulatedJob[] {
  const fleet = Array.from({length: size}, (_, index) => drawJob(random, index, lengthMs))
  const storm = drawStorm(random, lengthMs)
  return fleet.map((job) => (job.way === 'cron' && !job.outage && random.chance(0.7) ? {...job, outage: storm} : job))
}

/** A database that many jobs need is gone: their next runs fail, within a minute those with one slot. */
function drawStorm(random: Random, lengthMs: number): Outage {
  const from = random.between(3 * hour, lengthMs - 4 * hour)
  return {kind: 'storm', from, to: from + random.between(30, 180) * minute, mendable: false}
}

function drawJob(random: Random, index: number, lengthMs: number): SimulatedJob {
  const way = random.pick(['cron', 'cron', 'cron', 'python', 'files', 'openclaw'] as const)
  const periodMs = random.pick([5, 5, 15, 15, 30, 60, 240]) * minute
  const hasOutput = way === 'files' || random.chance(0.4)
  // A run may take up to two periods, a clock set forward takes slots away, and one set back keeps cron waiting.
  const maxAgeMs = 5 * periodMs + 3 * hour
  const output: OutputSettings = {files: [`out/${index}`], maxAgeMs, minSizeBytes: 1, contains: [], lacks: []}
  const freshForMs = way === 'python' || way === 'openclaw' ? 4 * periodMs + 20 * minute : undefined
  return {
    way,
    periodMs,
    ttlMs: way === 'cron' ? 5 * minute : 3 * periodMs,
    hasOutput,
    outage: random.chance(0.2) ? drawOutage(random, {way, hasOutput, lengthMs}) : undefined,
    watched: {
      name: `job-${index}`,
      schedule: way === 'cron' ? scheduleOf(periodMs) : undefined,
      timezone: undefined,
      outputs: hasOutput ? [output] : [],
      dir: '/',
      limits: {freshForMs, graceMs, vetoForMs: freshForMs ?? 0, bootGraceMs, wellForMs: hour},
      openclawId: way === 'openclaw' ? `openclaw-${index}` : undefined,
    },
  }
}

/** For the rule of cron that tells wildcards from fixed times; the simulation's slots are those of the period. */
function scheduleOf(periodMs: number): string {
  return `${isFixed(periodMs) ? '0 0,4,8,12,16,20' : '* *'} * * * every ${periodMs}`
}

/** Whether cron holds the job back after the clock was set back a little. */
export function isFixed(periodMs: number): boolean {
  return periodMs >= 4 * hour
}

interface Drawn {
  readonly way: Way
  readonly hasOutput: boolean
  readonly lengthMs: number
}

function drawOutage(random: Random, {way, hasOutput, lengthMs}: Drawn): Outage {
  const kinds: OutageKind[] = way === 'openclaw' ? ['stuck'] : way === 'files' ? ['mute'] : ['dead', 'crash']
  if (way === 'cron') kinds.push('failing', 'failing', 'flapping', 'endless')
  if (way === 'python') kinds.push('failing')
  if (hasOutput && way === 'cron') kinds.push('mute', 'spoiled')
  const from = random.between(3 * hour, lengthMs)
  return {kind: random.pick(kinds), from, to: from + random.between(1, 40) * hour, mendable: random.chance(0.5)}
}
