import {openSync} from 'node:fs'
import {theCaller} from './caller.js'

type OwnStream = number | 'ignore' | 'pipe'

/**
 * The streams of a process of guard's own, without the caller's descriptors: Node would let them through, as a lock that
 * the job is to hold alone, or the pipe at whose end cron waits.
 */
export function withoutCallers<S extends OwnStream>(own: readonly S[]): (S | number | 'ignore')[] {
  const streams: (S | number | 'ignore')[] = [...own]
  for (const descriptor of theCaller().descriptors) {
    while (streams.length <= descriptor) streams.push('ignore')
    if (descriptor >= own.length) streams[descriptor] = nothing()
  }
  return streams
}

let nullFd: number | undefined

function nothing(): number {
  nullFd ??= openSync('/dev/null', 'r')
  return nullFd
}
