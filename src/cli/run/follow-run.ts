import type {Run} from '../../domain/run/run.js'
import {findStretches} from '../../system/log/files.js'
import {tailLog} from '../../system/log/tail-log.js'
import {onSignals} from '../../system/process/own-signals.js'
import type {Triggered} from '../../usecases/schedule/trigger-job.js'
import type {Guard} from '../guard.js'
import {maskingSink, terminalSink} from '../logs/log-filters.js'
import {onReaderGone, writeOut} from '../output/stdout.js'
import {isTerminal} from '../output/terminal.js'
import {logSecrets} from '../wire/diagnose/logs.js'

/**
 * Prints the output of a run as it is written, until the run has ended or an INT, TERM or HUP comes, which ends the
 * printing alone.
 *
 * @returns the exit code of the run; undefined if the printing was ended before
 */
export async function followRun(guard: Guard, {job, runId, startedGuard}: Triggered): Promise<number | undefined> {
  const stop = new AbortController()
  let isInterrupted = false
  const interrupt = () => {
    isInterrupted = true
    stop.abort()
  }
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], interrupt)
  onReaderGone(interrupt)
  const ended = startedGuard.ended.finally(() => stop.abort())
  const run = guard
    .runs()
    .read()
    .get(job)
    ?.runs.find(({id}) => id === runId)
  const sink = maskingSink(logSecrets(guard, job), isTerminal('stdout') ? terminalSink(writeOut) : plainSink)
  if (run?.log) await tailLog(run.log.file, startOf(run.log), {take: sink.push, signal: stop.signal})
  if (isInterrupted) {
    startedGuard.leave()
    return undefined
  }
  const code = await ended
  sink.end()
  return code
}

const plainSink = {push: writeOut, end: () => undefined}

/** The offset in the present file at which the output of a run begins. */
function startOf({file, inode, from}: NonNullable<Run['log']>): number {
  const [first] = findStretches(file, {inode, from})
  return first?.file === file ? first.from : 0
}
