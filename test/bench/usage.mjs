import {readdirSync, readFileSync} from 'node:fs'

/**
 * What a process has used by now. `cpuMs` is exact and counts the threads that still run, `roughCpuMs` is in ticks of
 * 10 ms and counts all of them.
 */
export function usageOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  const spent = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  const [, user, system] = /\) \S(?: -?\d+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const figure = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1])
  return {
    cpuMs: spent.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e6,
    roughCpuMs: (Number(user) + Number(system)) * 10,
    rssMiB: figure('VmRSS') / 1024,
    sleeps: figure('voluntary_ctxt_switches'),
  }
}
