import {StringDecoder} from 'node:string_decoder'
import {readStretch, tailStart} from '../system/log/files.js'
import {tailLog} from '../system/log/tail-log.js'
import type {RunLog} from '../usecases/history/read-log.js'
import {printWarning} from './stderr.js'
import {writeOut} from './stdout.js'

type LogRequest = {readonly job: string; readonly json: boolean} & (RunLog | {readonly follow: string})

/** `--follow` begins with the last lines, as `tail -f` does. */
const followBytes = 4096

/** Writes a log to standard output: its bytes unchanged, or as JSON one object for the run, with `--follow` one for each line. */
export async function printLog(request: LogRequest): Promise<void> {
  const {job, json} = request
  if ('follow' in request) {
    const take = json ? lineWriter((line) => write(`${JSON.stringify({job, line})}\n`)) : write
    return tailLog(request.follow, tailStart(request.follow, followBytes), {take, signal: interrupted()})
  }
  const {run, stretches, missingBytes} = request
  if (missingBytes > 0) printWarning(`${missingBytes} bytes of the log of run ${run.id} have been rotated away`)
  const read = (take: (piece: Buffer) => void) => {
    for (const stretch of stretches) readStretch(stretch, take)
  }
  if (!json) return read(write)
  const lines: string[] = []
  const take = lineWriter((line) => lines.push(line))
  read(take)
  take(Buffer.from('\n'))
  if (lines.at(-1) === '') lines.pop()
  const {file, from} = stretches[0] ?? {}
  write(`${JSON.stringify({job, runId: run.id, file, from, lines, missingBytes})}\n`)
}

function write(piece: Buffer | string): void {
  writeOut(piece)
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  process.stdout.once('error', () => controller.abort())
  return controller.signal
}

function lineWriter(take: (line: string) => void): (piece: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (piece) => {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}
