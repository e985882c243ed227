import {writeSync} from 'node:fs'
import type {RunReport} from '../../domain/run/report.js'
import {jsonLine} from '../output/stdout.js'

/** `guard run --json`: how the run ended. Throws the file system's error. */
export function printReport(report: RunReport): void {
  try {
    writeSync(1, jsonLine(reportToJson(report)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

function reportToJson({startedAt, endedAt, durationMs, ...report}: RunReport): object {
  return {
    ...report,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    durationMs,
  }
}
