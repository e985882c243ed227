import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

/** The clock of a process as clock_getcpuclockid(3) names it: of all its threads, those that have ended too. */
const readClock = 'import sys, time; print(time.clock_gettime_ns((~int(sys.argv[1]) << 3) | 2))'

/** What a process has used by now: CPU time and memory, and how often its first thread slept. */
export function usageOf(pid) {
  const ns = Number(execFileSync('python3', ['-c', readClock, String(pid)], {encoding: 'utf8'}))
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const figure = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1])
  return {cpuMs: ns / 1e6, rssMiB: figure('VmRSS') / 1024, sleeps: figure('voluntary_ctxt_switches')}
}
