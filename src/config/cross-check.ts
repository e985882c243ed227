import {troubleOutcomes} from '../domain/settings/job.js'
import {checkChannels} from './cross-check-channels.js'
import {checkFleet} from './cross-check-fleet.js'
import {namesSecret, type Path, type Problem} from './problems.js'
import {entries, listOf, map, type Named, texts, unknownName} from './written.js'

/**
 * Checks across keys: names that must exist, and keys that exclude each other. It works on the settings as written, valid
 * or not, so that its problems are reported together with those of the schema.
 */

const classes = ['rate-limit', 'server', 'timeout', 'connection', 'auth', 'not-found', 'validation', 'unknown']
const outcomes: readonly string[] = troubleOutcomes

export function crossCheck(settings: unknown): Problem[] {
  const root = map(settings)
  const defaults = map(root['defaults'])
  const jobs = entries(root['jobs'])
  return [
    ...checkJob({path: ['defaults'], job: defaults, defaults, root}),
    ...jobs.flatMap(([name, job]) => checkJob({path: ['jobs', name], job: map(job), defaults, root})),
    ...duplicateScripts(jobs),
    ...checkChannels(root),
    ...checkFleet(root),
    ...checkBreakers(root),
    ...duplicateIds(entries(map(root['openclaw'])['jobs'])),
    ...plainSecrets(root),
    ...reservedNames(settings, []),
  ]
}

interface Subject {
  readonly path: Path
  readonly job: Readonly<Record<string, unknown>>
  readonly defaults: Readonly<Record<string, unknown>>
  readonly root: Readonly<Record<string, unknown>>
}

function checkJob(subject: Subject): Problem[] {
  const {path, job, defaults} = subject
  const shell = (job['shell'] ?? defaults['shell']) === true
  const problems: Problem[] = []
  const say = (key: string, text: string, ofKey = false) =>
    problems.push({path: [...path, key], text, ...(ofKey && {ofKey})})

  if ('script' in job && 'command' in job) say('command', 'cannot be combined with script; keep one of the two', true)
  if ('interpreter' in job && 'command' in job) say('interpreter', 'is for a script; make it part of the command', true)
  if (typeof job['command'] === 'string' && /\s/.test(job['command']) && !shell) {
    say('command', 'is a command line in one string; write a list: [program, argument, …], or add shell: true')
  }
  if (Array.isArray(job['command']) && job['command'].length > 1 && shell) {
    say('command', 'is a list, but shell: true needs one string; write a string, or shell: false', true)
  }
  if (path[0] === 'jobs' && job['onCrash'] === 'rerun' && !('script' in job) && !('command' in job))
    say('onCrash', 'needs a script or a command, else guard does not know what to run')
  return [...problems, ...checkClasses(subject), ...checkRecovery(subject)]
}

function checkClasses({path, job, defaults}: Subject): Problem[] {
  const known = classesOf(job, defaults)
  const own = Object.keys(map(job['failures']))
    .filter((name) => outcomes.includes(name))
    .map((name) => ({
      path: [...path, 'failures', name],
      text: 'is the name of an outcome; choose another',
      ofKey: true as const,
    }))
  const retried = Object.keys(map(map(job['retry'])['classes']))
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: [...path, 'retry', 'classes', name],
      text: unknownName('failure class', name, known),
      ofKey: true as const,
    }))
  return [...own, ...retried]
}

function checkRecovery({path, job, defaults, root}: Subject): Problem[] {
  const services = Object.keys(map(root['services']))
  const known = [...classesOf(job, defaults), ...outcomes]
  return listOf(job['recovery']).flatMap((written, index) => {
    const at = [...path, 'recovery', index]
    const step = map(written)
    const problems: Problem[] = texts(step['when'], [...at, 'when'])
      .filter(([, name]) => !known.includes(name))
      .map(([where, name]) => ({path: where, text: unknownName('failure class or outcome', name, known)}))
    const service = step['do'] === 'restart' ? step['service'] : undefined
    if (typeof service === 'string' && !services.includes(service)) {
      problems.push({path: [...at, 'service'], text: unknownName('service', service, services)})
    }
    if (step['do'] === 'verify' && 'poll' in step && !('deadline' in step)) {
      problems.push({path: [...at, 'poll'], text: 'needs a deadline; add one, or remove poll to check once'})
    }
    return problems
  })
}

function classesOf(...parts: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...classes, ...parts.flatMap((part) => Object.keys(map(part['failures'])))]
}

/** A script that is started by its file must belong to exactly one job. */
function duplicateScripts(jobs: Named): Problem[] {
  const seen = new Map<string, string>()
  return jobs.flatMap(([name, job]) => {
    const {script, args} = map(job)
    if (typeof script !== 'string') return []
    const key = JSON.stringify([script.replace(/^(\.\/)+/, ''), args ?? []])
    const first = seen.get(key)
    if (first === undefined) seen.set(key, name)
    return first === undefined
      ? []
      : [
          {
            path: ['jobs', name, 'script'],
            text: `is also the script of jobs.${first}; set different args, or use a command`,
          },
        ]
  })
}

function checkBreakers(root: Readonly<Record<string, unknown>>): Problem[] {
  const {defaults, targets} = map(root['breakers'])
  const all: Named = [...entries(targets)]
  const paths = all.map(
    ([name, target]) => [['breakers', 'targets', name], {...map(defaults), ...map(target)}] as const,
  )
  return [[['breakers', 'defaults'], map(defaults)] as const, ...paths].flatMap(([path, breaker]) => {
    const {recentFailures = 3, recentCalls = 5} = breaker
    return Number(recentFailures) > Number(recentCalls)
      ? [
          {
            path: [...path, 'recentFailures'],
            text: `is more than recentCalls (${recentCalls}), so the breaker would never open`,
          },
        ]
      : []
  })
}

function duplicateIds(jobs: Named): Problem[] {
  const seen = new Map<string, string>()
  return jobs.flatMap(([name, job]) => {
    const id = map(job)['id']
    if (typeof id !== 'string') return []
    const first = seen.get(id.toLowerCase())
    if (first === undefined) seen.set(id.toLowerCase(), name)
    return first === undefined
      ? []
      : [
          {
            path: ['openclaw', 'jobs', name, 'id'],
            text: `is also the id of openclaw.jobs.${first}; each job has its own id`,
          },
        ]
  })
}

/** Variables and headers may be plain text, unless their name suggests a secret. */
function plainSecrets(root: Readonly<Record<string, unknown>>): Problem[] {
  const places: Path[] = [
    ['defaults', 'env'],
    ['openclaw', 'env'],
    ...entries(root['jobs']).map(([name]) => ['jobs', name, 'env']),
    ...entries(root['channels']).map(([name]) => ['channels', name, 'headers']),
  ]
  return places.flatMap((path) => {
    const values = path.reduce((part: unknown, key) => map(part)[String(key)], root)
    return entries(values)
      .filter(([name, value]) => namesSecret(name) && typeof value !== 'object')
      .map(([name]) => ({
        path: [...path, name],
        text: 'looks like a secret in plain text; write {env: NAME} or {file: PATH}',
      }))
  })
}

/** The schema passes this name by, because in JavaScript it is more than a name. */
function reservedNames(part: unknown, path: Path): Problem[] {
  return entries(part).flatMap(([name, value]) => {
    const at = [...path, name]
    if (name === '__proto__') return [{path: at, text: 'is not valid as a name; choose another', ofKey: true}]
    return reservedNames(value, at)
  })
}
