import {type OpenClawJob, type OpenClawJobs, parseOpenClawJob, parseOpenClawJobs} from '../../domain/openclaw/job.js'
import type {Response} from '../../domain/openclaw/response.js'
import type {OpenClawSettings} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {resolveSecret} from '../host/secret.js'
import {secretMask} from '../host/secret-mask.js'
import type {RunCommand} from '../process/run-command.js'
import {type Effect, failure, failureOf} from './failure.js'
import type {OpenClaw} from './openclaw.js'
import {parseTasks, parseVersion} from './parse-answer.js'
import {probeGateway} from './probe-gateway.js'

interface OpenClawCliDeps {
  readonly run: RunCommand
  readonly settings: Pick<OpenClawSettings, 'command' | 'env' | 'timeoutMs' | 'url'>
}

/** A call under `--timeout N` took up to 2.7 s longer than N, most of it for the start of Node. */
const startAllowanceMs = 15_000

/** A list has each job with its whole prompt: more than a MiB for a thousand jobs. */
const longestAnswerBytes = 64 * 1024 * 1024

/**
 * OpenClaw through its command line, 2026.2 to 2026.9. `cron disable ID` and `cron enable ID` are the same in all versions
 * (there is no `cron update`); they print JSON by default, and some refuse `--json`. `cron get` is missing before 2026.5 and
 * `tasks` before 2026.3.31: the first call shows it.
 */
export function openClawCli(deps: OpenClawCliDeps): OpenClaw {
  const timeout = ['--timeout', `${deps.settings.timeoutMs}`]
  let canGet = true

  const listJobs = () => read(deps, ['cron', 'list', '--all', '--json', ...timeout], jsonOf(parseOpenClawJobs))

  const getJob = async (id: string): Promise<Response<OpenClawJob | undefined>> => {
    if (!canGet) return findJob(await listJobs(), id)
    const answer = await read(deps, ['cron', 'get', id, ...timeout], jobOf(id))
    if (answer.ok) return answer
    if (answer.failure.cause === 'unknown-id') return {ok: true, value: undefined}
    if (answer.failure.cause !== 'unknown-command') return answer
    canGet = false
    return findJob(await listJobs(), id)
  }

  return {
    listJobs,
    getJob,
    disable: (id) => write(deps, ['cron', 'disable', id, ...timeout], (said) => isEnabled(said, id) === false),
    enable: (id) => write(deps, ['cron', 'enable', id, ...timeout], (said) => isEnabled(said, id) === true),
    listRunningTasks: () => {
      return read(deps, ['tasks', 'list', '--runtime', 'cron', '--status', 'running', '--json'], jsonOf(parseTasks))
    },
    cancelTask: (taskId) => write(deps, ['tasks', 'cancel', taskId], () => true),
    version: () => read(deps, ['--version'], parseVersion),
    health: () => probeGateway(deps.settings.url),
  }
}

/** An id that is missing in an incomplete list may still exist. */
function findJob(list: Response<OpenClawJobs>, id: string): Response<OpenClawJob | undefined> {
  if (!list.ok) return list
  const job = list.value.jobs.find((each) => each.id === id)
  if (job || list.value.complete) return {ok: true, value: job}
  return {ok: false, failure: failure('garbage', 'read', `the list is incomplete and ${id} is not in it`)}
}

async function read<T>(
  deps: OpenClawCliDeps,
  args: readonly string[],
  parse: (stdout: string) => T | undefined,
): Promise<Response<T>> {
  const answer = await call(deps, args, 'read')
  if (!answer.ok) return answer
  const value = parse(answer.value)
  if (value !== undefined) return {ok: true, value}
  return notUnderstood(deps, answer.value, 'read')
}

/** `isDone` checks the answer: an exit code of 0 alone may come from another program. */
async function write(
  deps: OpenClawCliDeps,
  args: readonly string[],
  isDone: (stdout: string) => boolean,
): Promise<Response<void>> {
  const answer = await call(deps, args, 'write')
  if (!answer.ok) return answer
  if (isDone(answer.value)) return {ok: true, value: undefined}
  return notUnderstood(deps, answer.value, 'write')
}

function notUnderstood({settings}: OpenClawCliDeps, said: string, effect: Effect): Response<never> {
  const shown = secretMask(Object.values(settings.env))(said).slice(0, 100)
  return {ok: false, failure: failure('garbage', effect, `not understood: ${shown || 'no output'}`)}
}

/** Secrets are resolved only here, and go into the child's environment alone. */
async function call(deps: OpenClawCliDeps, args: readonly string[], effect: Effect): Promise<Response<string>> {
  const {command, env, timeoutMs} = deps.settings
  try {
    const result = await deps.run({
      argv: [...command, ...args] as [string, ...string[]],
      timeoutMs: timeoutMs + startAllowanceMs,
      env: resolveEnvironment(env),
      outputLimitBytes: longestAnswerBytes,
    })
    if (result.exitCode === 0) return {ok: true, value: result.stdout}
    const mask = secretMask(Object.values(env))
    const failed = failureOf({...result, stdout: mask(result.stdout), stderr: mask(result.stderr)}, effect)
    return failed ? {ok: false, failure: failed} : {ok: true, value: result.stdout}
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'config') throw error
    return {ok: false, failure: failure('no-secret', effect, error.message)}
  }
}

function resolveEnvironment(env: OpenClawSettings['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, resolveSecret(value, `openclaw.env.${name}`)]),
  )
}

function isEnabled(stdout: string, id: string): boolean | undefined {
  return jobOf(id)(stdout)?.enabled
}

/** @returns undefined if the answer is about another job */
function jobOf(id: string): (stdout: string) => OpenClawJob | undefined {
  return (stdout) => {
    const job = jsonOf(parseOpenClawJob)(stdout)
    return job?.id === id ? job : undefined
  }
}

function jsonOf<T>(parse: (value: unknown) => T | undefined): (stdout: string) => T | undefined {
  return (stdout) => {
    try {
      return parse(JSON.parse(stdout))
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
}
