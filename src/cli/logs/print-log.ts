import {readStretch, tailStart} from '../../system/log/files.js'
import {tailLog} from '../../system/log/tail-log.js'
import {onSignals} from '../../system/process/own-signals.js'
import type {RunLog} from '../../usecases/history/read-log.js'
import {printWarning} from '../output/stderr.js'
import {jsonLine, onReaderGone, writeOut} from '../output/stdout.js'
import {isTerminal} from '../output/terminal.js'
import {type LogSink, lineSink, maskingSink, terminalSink} from './log-filters.js'

type LogRequest = {
  readonly job: string
  readonly json: boolean
  /** A terminal gets all control characters too. */
  readonly raw: boolean
  /** Values that are masked. */
  readonly secrets: readonly string[]
} & (RunLog | {readonly follow: string})

/** `--follow` begins with the last lines, as `tail -f` does. */
const followBytes = 4096

/** Writes a log to standard output: as text, or as JSON one object for the run, with `--follow` one for each line. */
export async function printLog(request: LogRequest): Promise<void> {
  const {job, json, secrets} = request
  if ('follow' in request) {
    const lines = lineSink((line) => writeOut(jsonLine({job, line})))
    const sink = maskingSink(secrets, json ? lines : textSink(request))
    await tailLog(request.follow, tailStart(request.follow, followBytes), {take: sink.push, signal: interrupted()})
    // A line that goes on after the interruption is not complete.
    if (!json) sink.end()
    return
  }
  const {run, stretches, missingBytes} = request
  if (missingBytes > 0) printWarning(`${missingBytes} bytes of the log of run ${run.id} have been rotated away`)
  const lines: string[] = []
  const sink = maskingSink(secrets, json ? lineSink((line) => lines.push(line)) : textSink(request))
  let isEmpty = missingBytes === 0
  for (const stretch of stretches)
    readStretch(stretch, (piece) => {
      isEmpty &&= piece.length === 0
      sink.push(piece)
    })
  sink.end()
  // A person would take no output at all for a fault of the command.
  if (isEmpty && isTerminal('stdout'))
    printWarning(`run ${run.id} has printed nothing${run.outcome === undefined ? ' yet' : ''}`)
  const {file, from} = stretches[0] ?? {}
  if (json) writeOut(jsonLine({job, runId: run.id, file, from, lines, missingBytes}))
}

/** A pipe or a file gets the bytes as they are, as from `cat`. */
function textSink({raw}: LogRequest): LogSink {
  return isTerminal('stdout') && !raw ? terminalSink(writeOut) : {push: writeOut, end: () => undefined}
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => controller.abort())
  onReaderGone(() => controller.abort())
  return controller.signal
}
