import {isFailedReset} from '../../domain/openclaw/reset-ledger.js'
import {GuardError} from '../../errors.js'
import {resetRequestStream, resetResultStream} from '../../journal/failure-streams.js'
import {callAfter} from '../../system/host/clock.js'
import {onSignals} from '../../system/process/own-signals.js'
import {holdLease} from '../../usecases/lease/hold-lease.js'
import {answerResets, type ResetRound} from '../../usecases/reset/answer-resets.js'
import type {Call} from '../command/definition.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'
import {jsonLine, writeOut} from '../output/stdout.js'
import {isTerminal} from '../output/terminal.js'
import {renderResetRound} from '../render/reset.js'
import {freshGuard, hasUsableSettings} from '../settings/fresh-guard.js'
import {resetLease, wireResetDaemon} from '../wire/reset-daemon.js'
import {warnOfRound} from './failed-round.js'

interface ResetDaemonOptions {
  /** Between two rounds; undefined for one round. */
  readonly watchMs: number | undefined
  readonly json: boolean
  /** Prints nothing of a round that answered no request. */
  readonly newsOnly: boolean
  readonly show: Call['show']
  /** Reads the settings anew. */
  readonly openGuard: Call['openGuard']
}

const noRound: ResetRound = {answered: [], waiting: [], pending: [], unreadable: 0}

/** A round that takes longer renews its lease. */
const leaseTtlMs = 120_000

/**
 * Whether there is nothing to reset, because the settings have no part `openclaw`; a terminal is told. Throws GuardError
 * `config` if that part is wrong.
 */
export function hasNoOpenClaw({settings}: Guard): boolean {
  const {openclaw, wrong, file} = settings
  const isWrong = (part: string) => part.startsWith('openclaw') && !part.startsWith('openclaw.jobs')
  if (wrong && (file === undefined || wrong.parts.some(isWrong))) {
    throw new GuardError('config', wrong.message, ['correct it and check it: guard config check'])
  }
  if (openclaw) return false
  if (isTerminal('stdout')) {
    printWarning(
      `${file ?? 'there is no settings file, so that'}${file ? ' has no part "openclaw":' : ''} nothing is reset`,
    )
  }
  return true
}

/** One round, or rounds until INT or TERM; a claimed request is finished first. @returns the round for `--json` */
export async function runResetDaemon(guard: Guard, options: ResetDaemonOptions): Promise<ResetRound | undefined> {
  if (hasNoOpenClaw(guard)) return noRound
  guard.ensureState()
  const stop = new AbortController()
  onSignals(['SIGINT', 'SIGTERM'], () => stop.abort())
  if (options.watchMs === undefined) {
    const round = await underLease(guard, stop.signal)
    if (!options.newsOnly || hasNews(round)) options.show(renderResetRound, round)
    process.exitCode = isWell(round) ? 0 : 1
    return round
  }
  await watch(guard, {...options, watchMs: options.watchMs}, stop.signal)
  return undefined
}

/** Each round goes by the settings of its time, as those of a crontab do. */
async function watch(guard: Guard, options: ResetDaemonOptions & {watchMs: number}, stop: AbortSignal): Promise<void> {
  const hasOpenClaw = (next: Guard, former: Guard) =>
    hasUsableSettings(next, former) && next.settings.openclaw !== undefined
  const guardNow = freshGuard(guard, options.openGuard, hasOpenClaw)
  const roundOf = (now: Guard) => underLease(now, stop)
  while (!stop.aborted) {
    const round = await guardNow().then(roundOf).catch(warnOfRound('reset daemon'))
    if (round && hasNews(round)) showNews(round, options)
    await guard.clock.sleep(options.watchMs, stop)
  }
}

function underLease(guard: Guard, stop: AbortSignal): Promise<ResetRound> {
  const {deps, request} = resetLease(guard, leaseTtlMs)
  const lost = new AbortController()
  const onLost = (reason: GuardError) => lost.abort(reason)
  return holdLease({...deps, callAfter, onLost}, request, async () => {
    const round = await answerResets(wireResetDaemon(guard, AbortSignal.any([stop, lost.signal])))
    for (const line of logLines(round)) guard.log(line)
    guard.journal(resetRequestStream).compactIfDue()
    guard.journal(resetResultStream).compactIfDue()
    return round
  })
}

function isWell({answered, pending}: ResetRound): boolean {
  return (
    answered.every(({outcome}) => !isFailedReset(outcome)) && pending.every(({state}) => state !== 'still-disabled')
  )
}

function hasNews({answered, waiting, pending}: ResetRound): boolean {
  return answered.length + waiting.length + pending.length > 0
}

function showNews(round: ResetRound, {json, show}: ResetDaemonOptions): void {
  if (json) writeOut(jsonLine(round))
  else show(renderResetRound, round)
}

function logLines({answered, pending}: ResetRound): readonly string[] {
  return [
    ...pending.map(({openclawId, state, detail}) => `reset-daemon: enable of ${openclawId} ${state}: ${detail}`),
    ...answered.map(({openclawId, outcome, detail}) => `reset-daemon: ${openclawId} ${outcome}: ${detail}`),
  ]
}
