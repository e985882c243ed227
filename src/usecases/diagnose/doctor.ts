import {byUrgency, type Finding, finding} from '../../domain/diagnose/finding.js'
import {GuardError} from '../../errors.js'
import type {Clock} from '../../system/host/clock.js'

/** One of the things that a run under cron needs. */
export interface Examination {
  /** Name for programs, and for people where it fails: `locks`. */
  readonly check: string
  /** It waits for other programs, so it is begun before those that do not. */
  readonly asksPrograms?: true
  readonly examine: () => Promise<readonly Finding[]> | readonly Finding[]
}

interface DoctorDeps {
  readonly clock: Pick<Clock, 'sleep'>
  /** How long one examination may take. Milliseconds. */
  readonly limitMs: number
}

/**
 * Makes all examinations at once, because most of the time goes into waiting for other programs. One that fails or
 * hangs is a finding of its own and stops no other.
 */
export async function examineAll(deps: DoctorDeps, examinations: readonly Examination[]): Promise<readonly Finding[]> {
  const asking = examinations.filter(({asksPrograms}) => asksPrograms)
  const begun = new Map(asking.map((each) => [each, examineOne(deps, each)]))
  // The programs have been started once this timer fires.
  await deps.clock.sleep(0)
  const found = await Promise.all(examinations.map((each) => begun.get(each) ?? examineOne(deps, each)))
  return byUrgency(found.flat())
}

async function examineOne({clock, limitMs}: DoctorDeps, {check, examine}: Examination): Promise<readonly Finding[]> {
  const over = new AbortController()
  const late = clock
    .sleep(limitMs, over.signal)
    .then(() => [unknown(check, `no answer within ${Math.round(limitMs / 1000)} s`)])
  try {
    return await Promise.race([Promise.resolve().then(examine), late])
  } catch (error) {
    return [unknown(check, messageOf(error))]
  } finally {
    over.abort()
  }
}

function unknown(check: string, proof: string): Finding {
  return finding(check, 'look', `${check}: cannot be checked`, {proof, mend: 'guard health'})
}

function messageOf(error: unknown): string {
  if (error instanceof GuardError) return error.message
  return error instanceof Error ? error.message : String(error)
}
