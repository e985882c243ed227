import {type Finding, unexamined, worstFirst} from '../../domain/diagnose/finding.js'
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

type Examined = {readonly findings: readonly Finding[]} | {readonly check: string; readonly reason: string}

/**
 * Makes all examinations at once, because most of the time goes into waiting for other programs. One that fails or
 * hangs stops no other, and is told.
 */
export async function examineAll(deps: DoctorDeps, examinations: readonly Examination[]): Promise<readonly Finding[]> {
  const asking = examinations.filter(({asksPrograms}) => asksPrograms)
  const begun = new Map(asking.map((each) => [each, examineOne(deps, each)]))
  // The programs have been started once this timer fires.
  await deps.clock.sleep(0)
  const examined = await Promise.all(examinations.map((each) => begun.get(each) ?? examineOne(deps, each)))
  const failures = examined.filter((each) => 'reason' in each)
  return worstFirst([...examined.flatMap((each) => ('findings' in each ? each.findings : [])), ...unexamined(failures)])
}

async function examineOne({clock, limitMs}: DoctorDeps, {check, examine}: Examination): Promise<Examined> {
  const over = new AbortController()
  const late = clock
    .sleep(limitMs, over.signal)
    .then(() => ({check, reason: `no answer within ${Math.round(limitMs / 1000)} s`}))
  const ended = Promise.resolve()
    .then(examine)
    .then((findings) => ({findings}))
    .catch((error: unknown) => ({check, reason: error instanceof Error ? error.message : String(error)}))
  return Promise.race([ended, late]).finally(() => over.abort())
}
