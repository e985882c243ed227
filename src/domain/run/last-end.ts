import type {RawRecord} from '../journal/record.js'
import type {Outcome} from './outcome.js'
import {bootOf, endReading, type Run, rerunOf} from './run.js'

/** The end of a run that took place; a skipped run has none. */
export interface RunEnd {
  readonly runId: string
  readonly outcome: Outcome | 'interrupted'
  readonly class?: string
  readonly detail?: string
  readonly durationMs?: number
  readonly exitCode?: number
  /** When the record was written; `mono` and `boot` if the record has a stamp. */
  readonly at: number
  readonly mono?: number
  readonly boot?: string
  /** An interruption that was found after the machine had been booted again. */
  readonly byReboot: boolean
  /** Why the job was not recovered any more: its budget is spent. */
  readonly refused?: string
  /** The job is run again because of it. */
  readonly isRerun?: true
}

export function runEndOf(run: Run, record: RawRecord): RunEnd {
  const {mono, boot} = endReading(record)
  const refused = run.steps.findLast((step) => step.do === 'refused')
  return {
    runId: run.id,
    outcome: run.outcome ?? 'interrupted',
    ...(run.class !== undefined && {class: run.class}),
    ...(run.detail !== undefined && {detail: run.detail}),
    ...(run.durationMs !== undefined && {durationMs: run.durationMs}),
    ...(run.exitCode !== undefined && {exitCode: run.exitCode}),
    at: run.endedAt ?? run.startedAt,
    ...(typeof mono === 'number' && typeof boot === 'string' && {mono, boot}),
    byReboot: run.outcome === 'interrupted' && isOfEarlierBoot(run, record),
    ...(refused && {refused: refused.evidence ?? 'its recovery budget is spent'}),
  }
}

export function rerunEnd(run: Run): Pick<RunEnd, 'isRerun' | 'refused'> {
  const step = rerunOf(run)
  if (step?.ok) return {isRerun: true}
  return step?.evidence === undefined ? {} : {refused: step.evidence}
}

function isOfEarlierBoot({boot}: Run, record: RawRecord): boolean {
  const here = bootOf(record)
  const [host] = (boot ?? '').split(' ')
  return boot !== undefined && here !== undefined && boot !== here && here.startsWith(`${host} `)
}
