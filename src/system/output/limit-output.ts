import type {ChangeWaiter} from '../log/change-waiter.js'
import type {RotationPolicy} from '../log/rotate.js'
import {limitLog} from '../log/size-limit.js'
import type {OutputForwarder} from './forward-output.js'
import {limitUnread} from './limit-unread.js'
import type {OpenLog} from './open-log.js'
import type {OutputSource} from './sources.js'

export interface GrowingOutput {
  readonly log: OpenLog
  readonly sources: readonly OutputSource[]
  readonly forwarders: readonly OutputForwarder[]
  /** undefined means that the log is no more than what waits to be passed on. */
  readonly rotation: RotationPolicy | undefined
  /** Whether another run may write to the same log at the same time. */
  readonly isShared: boolean
  /** How much may wait to be passed on. */
  readonly mostBytes: number
  /** Whether the job has ended. */
  readonly isOver: () => boolean
}

/** Limits the files of a run while its job writes. Loaded late: a short job needs none of it. */
export function limitOutput({rotation, isShared, ...output}: GrowingOutput): readonly ChangeWaiter[] {
  const {log, forwarders, isOver} = output
  const unread = limitUnread(growingFiles(output))
  // Two runs that truncate the same log would remove each other's output.
  if (!rotation || isShared) return [unread]
  return [unread, limitLog({...log.truncatable(forwarders, isOver, rotation), policy: rotation})]
}

/** The spools share what one log may take. */
function growingFiles({log, sources, forwarders, mostBytes}: Omit<GrowingOutput, 'rotation' | 'isShared'>) {
  const forwardersOf = (fd: number) => forwarders.filter(({source}) => source === fd)
  const spools = sources.filter(({spool}) => spool !== undefined)
  return [
    {fd: log.fd, file: log.file, forwarders: forwardersOf(log.fd), mostBytes},
    ...spools.map(({fd, file}) => ({fd, file, forwarders: forwardersOf(fd), mostBytes: mostBytes / spools.length})),
  ]
}
