import type {JobRuns} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import {color} from './color.js'

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

/** `guard history`: how often the job failed in a row, then a line for each run and below it one for each step. */
export function renderRuns(runs: readonly Run[], streak: JobRuns['streak']): string {
  return [...badStreak(streak), ...runs.map(renderRun)].join('\n')
}

/** Nothing for a job whose last run ended well. */
function badStreak(streak: JobRuns['streak']): readonly string[] {
  if (!streak || streak.isWell) return []
  const since = startText(streak.firstEndedAt)
  return [
    streak.count === 1 ? `the last run ended badly, at ${since}` : `${streak.count} bad runs in a row since ${since}`,
  ]
}

function startText(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)}Z`
}

function renderRun(run: Run): string {
  const outcome = run.outcome ?? 'running'
  const painted = (paint[outcome] ?? String)(outcome.padEnd(11))
  const facts = [
    run.durationMs === undefined || outcome === 'skipped' ? '' : renderSpan(run.durationMs),
    run.exitCode === undefined ? '' : `exit ${run.exitCode}`,
    run.attempts > 1 ? `${run.attempts} attempts` : '',
    run.recovered ? 'recovered' : '',
    run.class ?? '',
  ].filter(Boolean)
  const head = `${startText(run.startedAt)}  ${painted}  ${run.id}  ${facts.join(', ')}`.trimEnd()
  const below = [run.detail && run.detail !== outcome ? `  ${run.detail}` : '', ...run.steps.map(renderStep)]
  return [head, ...below.filter(Boolean)].join('\n')
}

function renderStep({do: what, ok, durationMs, evidence, service, suppressed}: Run['steps'][number]): string {
  const mark = suppressed && ok ? color.dim('suppressed') : ok ? color.green('ok') : color.red('failed')
  return `  ${what}${service ? ` ${service}` : ''}: ${mark} in ${renderSpan(durationMs)}${evidence ? `, ${evidence}` : ''}`
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

/** The same for `--json`: times in ISO 8601, spans in milliseconds (contract section 6). */
export function runToJson({id, job: _, log: __, owner: ___, boot: ____, startedAt, endedAt, ...run}: Run): object {
  return {
    runId: id,
    ...run,
    startedAt: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && {endedAt: new Date(endedAt).toISOString()}),
    steps: run.steps.map(({at, ...step}) => ({...step, at: new Date(at).toISOString()})),
  }
}

/** The last ended runs that all ended well, or all did not. */
export function streakToJson({isWell, count, firstEndedAt}: NonNullable<JobRuns['streak']>): object {
  return {isWell, count, since: new Date(firstEndedAt).toISOString()}
}
