import type {JobRuns} from '../../domain/run/job-runs.js'
import {hasTakenPlace, type Run} from '../../domain/run/run.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {timeText, whenText, zoneText} from './times.js'

const paint: Readonly<Record<string, (text: string) => string>> = {
  healthy: color.green,
  degraded: color.yellow,
  unhealthy: color.red,
  failed: color.red,
  'timed-out': color.red,
  killed: color.red,
  'not-started': color.red,
  interrupted: color.magenta,
  skipped: color.dim,
  running: color.cyan,
}

/** `guard history JOB`: how often it failed in a row, a row for each run, and what to do next. */
export function renderRuns(page: Page, job: string, runs: readonly Run[], streak: JobRuns['streak']): string {
  const rows = runs.map((run) => ({cells: cellsOf(page, run)}))
  const next = page.isTerminal && streak && !streak.isWell ? [color.dim(`see its output: guard logs ${job}`)] : []
  return [...badStreak(page, streak), renderTable(page, headingsOf(page), rows), ...next].join('\n')
}

/** `guard history`: a row for each run of any job. */
export function renderRunsOfAll(page: Page, runs: readonly Run[]): string {
  const rows = runs.map((run) => ({cells: [run.job, ...cellsOf(page, run)]}))
  return renderTable(page, ['JOB', ...headingsOf(page)], rows)
}

/** Nothing for a job whose last run ended well. */
function badStreak(page: Page, streak: JobRuns['streak']): readonly string[] {
  if (!streak || streak.isWell) return []
  const since = timeText({...page, isTerminal: false}, streak.firstEndedAt)
  return [
    streak.count === 1 ? `the last run ended badly, at ${since}` : `${streak.count} bad runs in a row since ${since}`,
  ]
}

function headingsOf(page: Page): readonly string[] {
  return [`STARTED (${zoneText(page)})`, 'OUTCOME', 'TOOK', 'RUN', 'WHAT']
}

function cellsOf(page: Page, run: Run): readonly string[] {
  const outcome = run.outcome ?? 'running'
  const took = run.durationMs === undefined || !hasTakenPlace(run) ? '' : renderSpan(run.durationMs)
  const id = page.isTerminal ? run.id.slice(0, shownIdLength) : run.id
  return [whenText(page, run.startedAt), (paint[outcome] ?? String)(outcome), took, id, whatText(run)]
}

/** Of twelve characters, six tell the runs of a job apart; every command takes the beginning of an id. */
const shownIdLength = 6

/** Exit code, attempts, what was done about it, and why it ended so. */
function whatText(run: Run): string {
  const facts = [
    run.exitCode === undefined ? '' : `exit ${run.exitCode}`,
    run.attempts > 1 ? `${run.attempts} attempts` : '',
    run.class === 'unknown' ? '' : (run.class ?? ''),
    healingText(run),
  ].filter(Boolean)
  const why = run.detail && run.detail !== run.outcome ? [run.detail] : []
  return [facts.join(', '), ...why].filter(Boolean).join('; ')
}

function healingText({steps, recovered}: Run): string {
  const refusal = steps.find((step) => step.do === 'refused')
  const done = steps
    .filter((step) => step.do !== 'refused')
    .map(({do: what, service, suppressed}) => [what, service, suppressed && 'suppressed'].filter(Boolean).join(' '))
  const tried = done.length === 0 ? '' : `${recovered ? 'recovered by' : 'tried'} ${[...new Set(done)].join(', ')}`
  return [tried, refusal ? `not recovered again: ${refusal.evidence ?? ''}` : ''].filter(Boolean).join('; ')
}

/** `guard history JOB --run ID`: all that is known of one run, a line for each fact and each step. */
export function renderRun(page: Page, run: Run): string {
  const time = (at: number) => timeText({...page, isTerminal: false}, at)
  const outcome = run.outcome ?? 'running'
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['run', run.id],
    ['job', run.job],
    ['outcome', (paint[outcome] ?? String)(outcome)],
    ['why', [run.class, run.detail].filter(Boolean).join(', ') || undefined],
    ['exit code', run.exitCode],
    ['signal', run.signal],
    ['started', time(run.startedAt)],
    ['ended', run.endedAt === undefined ? undefined : time(run.endedAt)],
    ['took', run.durationMs === undefined ? undefined : renderSpan(run.durationMs)],
    ['attempts', run.attempts],
    ['slot', run.claimedSlotAt === undefined ? undefined : `${time(run.claimedSlotAt)}, claimed in the fleet`],
    ['lease', run.unfenced ? 'none of its fleet' : undefined],
    ['log', run.log?.file],
  ]
  const rows = facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({cells: [name.padEnd(9), String(value)]}))
  const steps = run.steps.map((step) => ({cells: ['step'.padEnd(9), renderStep(step)]}))
  return renderTable(page, [], [...rows, ...steps])
}

function renderStep({do: what, ok, durationMs, evidence, service, suppressed}: Run['steps'][number]): string {
  const mark = suppressed && ok ? color.dim('suppressed') : ok ? color.green('ok') : color.red('failed')
  return `${what}${service ? ` ${service}` : ''}: ${mark} in ${renderSpan(durationMs)}${evidence ? `, ${evidence}` : ''}`
}

/** For people, so two digits are enough. */
export function renderSpan(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  return minutes < 60
    ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The same for `--json`: times in ISO 8601, spans in milliseconds (docs/json.md). */
export function runToJson({id, job: _, log: __, owner: ___, boot: ____, token: _____, ...run}: Run): object {
  const {startedAt, endedAt, claimedSlotAt, ...same} = run
  return {
    runId: id,
    ...same,
    startedAt: new Date(startedAt).toISOString(),
    ...(claimedSlotAt !== undefined && {claimedSlot: new Date(claimedSlotAt).toISOString()}),
    ...(endedAt !== undefined && {endedAt: new Date(endedAt).toISOString()}),
    steps: run.steps.map(({at, ...step}) => ({...step, at: new Date(at).toISOString()})),
  }
}

/** `guard history JOB --json`. */
export function historyToJson(job: string, runs: readonly Run[], streak: JobRuns['streak']): object {
  return {job, ...(streak && {streak: streakToJson(streak)}), runs: runs.map(runToJson)}
}

/** The last ended runs that all ended well, or all did not. */
function streakToJson({isWell, count, firstEndedAt}: NonNullable<JobRuns['streak']>): object {
  return {isWell, count, since: new Date(firstEndedAt).toISOString()}
}
