import type {ChangeWaiter} from '../log/change-waiter.js'
import type {RotationPolicy} from '../log/rotate.js'
import {limitLog} from '../log/size-limit.js'
import type {OutputForwarder} from './forward-output.js'
import {type GrowingFile, type Hold, limitUnread} from './limit-unread.js'
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
  /** How the job is made to wait for the reader of a source; undefined where nothing is passed on before the end. */
  readonly holdOf: (source: number) => Hold | undefined
  /** Whether the job has ended. */
  readonly isOver: () => boolean
}

/** Limits the files of a run while its job writes. Loaded late: a short job needs none of it. */
export function limitOutput(output: GrowingOutput): readonly ChangeWaiter[] {
  const {log, forwarders, rotation, isShared, isOver} = output
  const unread = limitUnread(growingFiles(output))
  // Two runs that truncate the same log would remove each other's output.
  if (!rotation || isShared) return [unread]
  return [unread, limitLog({...log.truncatable(forwarders, isOver, rotation), policy: rotation})]
}

/** A log that grows fast is that large for a moment before its rotation removes what was passed on. */
const rotatedTimes = 4

/** The spools share what one log may take. */
function growingFiles({rotation, isShared, ...output}: GrowingOutput): GrowingFile[] {
  const {log, sources, forwarders, mostBytes, holdOf} = output
  const of = (fd: number, file: string, limits: Pick<GrowingFile, 'mostBytes' | 'holeFromBytes'>) => ({
    fd,
    file,
    forwarders: forwarders.filter(({source}) => source === fd),
    hold: holdOf(sources.findIndex((source) => source.fd === fd)),
    ...limits,
  })
  const spools = sources.filter(({spool}) => spool !== undefined)
  const share = mostBytes / Math.max(1, spools.length)
  return [
    of(log.fd, log.file, {mostBytes, holeFromBytes: mostBytes * (rotation && !isShared ? rotatedTimes : 1)}),
    ...spools.map(({fd, file}) => of(fd, file, {mostBytes: share, holeFromBytes: share})),
  ]
}
