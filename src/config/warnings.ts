import {accessSync, constants, existsSync} from 'node:fs'
import {basename, delimiter, dirname, extname, join} from 'node:path'
import type {Argv, JobSettings} from '../domain/settings/job.js'
import type {Settings} from '../domain/settings/settings.js'
import {type FoundFile, ownFolderNames, packageIn, settingsNames} from './find.js'
import {closeFile} from './open-file.js'
import {pathText} from './problems.js'

/** What the settings allow, and what is probably a mistake all the same. */
export interface SettingsWarning {
  /** `note`: worth a thought, and often meant so. */
  readonly level: 'warning' | 'note'
  /** Key path, or the path of a file. */
  readonly of: string
  readonly text: string
}

interface Place {
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Looks for what the settings name on this machine, which may be another one than that on which the jobs run. */
export function warningsOf(settings: Settings, found: FoundFile, env: Place['env']): SettingsWarning[] {
  const place = {settings, env}
  return [
    ...filesBeside(found).map((path) => warning(path, `is not used, because ${found.path} comes first`)),
    ...Object.entries(settings.jobs).flatMap(([name, job]) => jobWarnings(name, job, place)),
    ...serviceWarnings(place),
  ]
}

/** The other settings files of the same folder, of which none is used. */
function filesBeside({path}: FoundFile): readonly string[] {
  const folder = dirname(path)
  const candidates = settingsNames.includes(basename(path)) ? settingsNames : ownFolderNames
  const others = candidates.map((name) => join(folder, name)).filter((other) => other !== path && existsSync(other))
  const ofPackage = basename(path) === 'package.json' ? undefined : packageIn(folder, () => undefined)
  if (ofPackage) closeFile(ofPackage)
  return [...others, ...(ofPackage ? [ofPackage.path] : [])]
}

function warning(of: string, text: string): SettingsWarning {
  return {level: 'warning', of, text}
}

function jobWarnings(name: string, job: JobSettings, {settings, env}: Place): SettingsWarning[] {
  const place = {settings, env: {...env, ...ownPath(job)}}
  const {script, command, cwd, shell, schedule, timeoutMs, silenceMs} = job
  const key = (last?: string) => pathText(['jobs', name, ...(last === undefined ? [] : [last])])
  const isOfOpenClaw = Object.hasOwn(place.settings.openclaw?.jobs ?? {}, name)
  const program = command && !shell && !isThere(command, place.env) ? command[0] : undefined
  const all: SettingsWarning[] = []
  if (script === undefined && command === undefined && !isOfOpenClaw)
    all.push(warning(key(), `has neither script nor command, so \`guard run ${name}\` has nothing to run`))
  if (script !== undefined) all.push(...scriptWarnings(key, script, job, place))
  if (program !== undefined) all.push(warning(key('command'), `${program} is not there`))
  if (cwd !== undefined && !existsSync(cwd)) all.push(warning(key('cwd'), `${cwd} is not there`))
  if (schedule !== undefined && timeoutMs === undefined && silenceMs === undefined)
    all.push({level: 'note', of: key(), text: 'has neither timeout nor silence, so a run may hang for ever'})
  if (job.scope === 'fleet' && schedule !== undefined && job.timezone === undefined)
    all.push({level: 'note', of: key(), text: ofSeveralZones})
  return all
}

/** The PATH by which its programs are searched. A secret is not read for it. */
function ownPath({env: {PATH: path}}: JobSettings): Place['env'] {
  return typeof path === 'string' ? {PATH: path} : {}
}

const ofSeveralZones = 'has no timezone, so hosts of its fleet in different time zones run each slot once for each zone'

function scriptWarnings(
  key: (last: string) => string,
  script: string,
  job: JobSettings,
  {settings, env}: Place,
): SettingsWarning[] {
  if (!existsSync(script)) return [warning(key('script'), `${script} is not there`)]
  if (job.interpreter) {
    return isThere(job.interpreter, env) ? [] : [warning(key('interpreter'), `${job.interpreter[0]} is not there`)]
  }
  const extension = extname(script)
  const program = Object.hasOwn(settings.interpreters, extension) ? settings.interpreters[extension] : undefined
  // A plain `node` is the Node that runs guard.
  if (!program || program[0] === 'node' || isExecutable(script) || isThere(program, env)) return []
  return [warning(pathText(['interpreters', extension]), `${program[0]}, which ${key('script')} needs, is not there`)]
}

const programKeys = ['command', 'restart', 'check'] as const

function serviceWarnings({settings, env}: Place): SettingsWarning[] {
  return Object.entries(settings.services).flatMap(([name, service]) => {
    const parts: Readonly<Record<string, unknown>> = {...service}
    const missing = programKeys.flatMap((key) => {
      const program = parts[key] as Argv | undefined
      return program && !isThere(program, env) ? [[key, program[0]]] : []
    })
    const absent = ['cwd', 'config'].flatMap((key) => {
      const path = parts[key]
      return typeof path === 'string' && !existsSync(path) ? [[key, path]] : []
    })
    return [...missing, ...absent].map(([key = '', what]) =>
      warning(pathText(['services', name, key]), `${what} is not there`),
    )
  })
}

/** A program with a slash is a path, any other is searched in PATH. */
function isThere([program]: Argv, env: Place['env']): boolean {
  if (program.includes('/')) return existsSync(program)
  return (env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
