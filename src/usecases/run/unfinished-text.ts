import {formatDuration} from '../../domain/clock/duration.js'
import {stopText, survivorText} from '../../domain/run/stop-report.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {SupervisedExit} from '../../system/process/supervise.js'

interface Limits {
  readonly settings: Pick<JobSettings, 'silenceMs'>
  readonly timeoutMs: number | undefined
}

/** What is said of a job that did not end by itself. @returns undefined if it was asked to, and did */
export function unfinishedText(limits: Limits, exit: SupervisedExit): string | undefined {
  const {stopped} = exit
  if (stopped && (exit.timedOut || exit.silent)) return `${limitText(limits, exit)}; ${stopText(stopped)}`
  return leftText(exit)
}

/** @returns undefined if all its processes have ended */
export function leftText({stopped}: SupervisedExit): string | undefined {
  return stopped && stopped.survivors.length > 0 ? survivorText(stopped.survivors) : undefined
}

function limitText({settings, timeoutMs}: Limits, {silent}: SupervisedExit): string {
  return silent
    ? `no output for ${formatDuration(settings.silenceMs ?? 0)}`
    : `timed out after ${formatDuration(timeoutMs ?? 0)}`
}
