import {dirname, resolve} from 'node:path'
import {isJobName} from '../domain/job/job-name.js'
import type {WrongJob, WrongSettings} from '../domain/settings/wrong.js'
import {isAllJobs} from './plain.js'
import {type Path, type Problem, pathText, problemText, settingsError, valueAt} from './problems.js'

/** The content of the settings file without its wrong parts, which are the smallest that have defaults or a name. */
export function withoutWrongParts(written: unknown, problems: readonly Problem[]): unknown {
  return without(
    written,
    problems.filter(({isUsable}) => !isUsable).map(({path}) => partOf(path)),
  )
}

/** What is left out, and which jobs may not run because of it. */
export function wrongSettings(file: string, written: unknown, problems: readonly Problem[]): WrongSettings {
  const {message} = settingsError(file, written, problems)
  const jobs: Record<string, WrongJob> = {}
  const parts = new Set<string>()
  for (const problem of problems) {
    if (problem.isUsable) continue
    const part = partOf(problem.path)
    if (part[0] !== 'jobs' || part.length < 2) parts.add(pathText(part))
    else addProblem(jobs, String(part[1]), {file, written, problem})
  }
  const stops = problems.find(({path}) => ['defaults', 'stateDir'].includes(String(path[0])) || isAllJobs(path))
  const refusal = stops && `no job of ${file} runs: ${problemText(stops, written)}`
  const ofFleet = problems.filter(({path}) => path[0] === 'fleet').map((problem) => problemText(problem, written))
  const fleet = ofFleet.length > 0 && {fleet: ofFleet.join('; ')}
  const untold = problems.filter((problem) => !isToldByJob(problem, jobs))
  const notice = untold.length > 0 && {notice: settingsError(file, written, untold).message}
  return {message, ...notice, jobs, parts: [...parts], ...fleet, ...(refusal !== undefined && {refusal})}
}

function isToldByJob({path, isUsable}: Problem, jobs: Readonly<Record<string, WrongJob>>): boolean {
  const [top, name] = partOf(path)
  return top === 'jobs' && !isUsable && Object.hasOwn(jobs, String(name)) && jobs[String(name)]?.isWatched === true
}

interface Found {
  readonly file: string
  readonly written: unknown
  readonly problem: Problem
}

function addProblem(jobs: Record<string, WrongJob>, name: string, {file, written, problem}: Found): void {
  const text = problemText(problem, written)
  const known = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  const script = valueAt(written, ['jobs', name, 'script'])
  const watch = valueAt(written, ['jobs', name, 'watch']) ?? valueAt(written, ['defaults', 'watch'])
  const job: WrongJob = {
    problems: [...(known?.problems ?? []), text],
    isWatched: watch !== false && isJobName(name),
    ...(typeof script === 'string' && {script: resolve(dirname(file), script)}),
  }
  // A name may be `__proto__`, which an assignment would not add.
  Object.defineProperty(jobs, name, {value: job, enumerable: true, configurable: true, writable: true})
}

/** The job, service, channel, target, route or key to which a path belongs. */
function partOf(path: Path): Path {
  const [top, second] = path
  // Without one of its keys it would mean other files, or others than those of a crash; and hosts that are set up in
  // different ways would not agree.
  if (top === 'crashedRuns' || top === 'fleet') return [top]
  const isDeep =
    top === 'breakers' || (top === 'openclaw' && second === 'jobs') || (top === 'alerting' && second === 'routes')
  return path.slice(0, isDeep ? 3 : 2)
}

function without(value: unknown, parts: readonly Path[]): unknown {
  if (parts.length === 0 || typeof value !== 'object' || value === null) return value
  const below = (key: string) => parts.filter((part) => String(part[0]) === key)
  const isLeft = (key: string) => below(key).every((part) => part.length > 1)
  const inner = (key: string, item: unknown) =>
    without(
      item,
      below(key).map((part) => part.slice(1)),
    )
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (isLeft(`${index}`) ? [inner(`${index}`, item)] : []))
  }
  const kept = Object.entries(value).filter(([key]) => isLeft(key))
  return Object.fromEntries(kept.map(([key, item]) => [key, inner(key, item)]))
}
