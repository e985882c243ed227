import type {LeftRun, Recovered} from '../../usecases/recovery/recover.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {type Row, renderTable} from './table.js'

const fileTexts = {failed: color.yellow, left: color.dim, refused: color.red} as const

/** A row for each run and each file. */
export function renderRecovered(page: Page, recovered: Recovered, isDry: boolean): string {
  const {interrupted, ended, left, reruns, files} = recovered
  const rows: readonly Row[] = [
    ...interrupted.map(({run, reason}) => ({cells: [run.job, color.red('interrupted'), `run ${run.id}: ${reason}`]})),
    ...ended.map(({run, reason, end}) => ({cells: [run.job, `${end?.['outcome']}`, `run ${run.id}: ${reason}`]})),
    ...reruns.map(({run, ok, reason}) => ({
      cells: [run.job, ok ? color.green('run again') : color.red('not run again'), reason ?? `after run ${run.id}`],
    })),
    ...left.map(({run, reason}) => ({cells: [run.job, color.dim('left'), `run ${run.id}: ${reason}`]})),
    ...files.map(({path, is, reason}) => ({cells: [path, fileTexts[is](is), reason]})),
  ]
  if (rows.length === 0) return 'nothing to recover'
  return `${renderTable(page, ['JOB OR FILE', isDry ? 'WOULD BE' : 'IS', 'WHY'], rows)}`
}

/** As docs/json.md says. */
export function recoveredToJson({interrupted, ended, left, reruns, files}: Recovered): object {
  return {
    interrupted: interrupted.map(openRunToJson),
    ended: ended.map((one) => ({...openRunToJson(one), outcome: one.end?.['outcome']})),
    reruns: reruns.map(({run, ok, reason}) => ({job: run.job, runId: run.id, ok, reason})),
    left: left.map(openRunToJson),
    files,
  }
}

function openRunToJson({run, reason}: LeftRun): object {
  return {job: run.job, runId: run.id, startedAt: new Date(run.startedAt).toISOString(), reason}
}
