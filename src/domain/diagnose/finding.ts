import {listNames} from '../health/list-names.js'

/**
 * What was found about one thing that a run under cron needs.
 * - wrong: something does not work under cron, or nobody would notice that
 * - look: it works, and not as it seems, or not for long
 */
export type FindingLevel = 'wrong' | 'look' | 'well'

export interface Finding {
  /** Name of the check, for programs. */
  readonly check: string
  readonly level: FindingLevel
  /** A sentence without its full stop; a few words about what is well. */
  readonly what: string
  /** What was seen; empty if `what` says it all. */
  readonly proof: string
  /** The command that mends it. @returns undefined if no single one does */
  readonly mend: string | undefined
  /** What the command does, or what else to do by hand. */
  readonly note: string | undefined
  /** Whether `guard doctor --fix` mends it. */
  readonly fixable: boolean
}

type Told = {readonly proof?: string; readonly mend?: string; readonly note?: string; readonly fixable?: boolean}

/** One finding; what is not told is empty. */
export function finding(check: string, level: FindingLevel, what: string, told: Told = {}): Finding {
  const {proof = '', mend, note, fixable = false} = told
  return {check, level, what, proof, mend, note, fixable}
}

const urgency: readonly FindingLevel[] = ['wrong', 'look', 'well']

/** What is wrong first; within a level as they were found. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => urgency.indexOf(one.level) - urgency.indexOf(other.level))
}

/** The worst level counts. */
export function overallLevel(findings: readonly Pick<Finding, 'level'>[]): FindingLevel {
  return urgency.find((level) => findings.some((each) => each.level === level)) ?? 'well'
}

/** What could not be looked at, of which often many have one cause, is one finding. */
export function unexamined(failures: readonly {readonly check: string; readonly reason: string}[]): readonly Finding[] {
  if (failures.length === 0) return []
  const checks = failures.map(({check}) => check).join(', ')
  const proof = listNames([...new Set(failures.map(({reason}) => reason))], '; ')
  return [finding('doctor', 'look', `${checks}: cannot be checked`, {proof, mend: 'guard health'})]
}
