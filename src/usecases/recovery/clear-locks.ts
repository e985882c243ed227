import {findById} from '../../domain/journal/id-prefix.js'
import {judgeLock, type LocalNames, type LockFacts, type LockVerdict} from '../../domain/locks/lock.js'
import {isLockName} from '../../domain/locks/lock-name.js'
import {GuardError} from '../../errors.js'
import type {Clock} from '../../system/host/clock.js'
import type {FindPaths, Search} from '../../system/host/glob.js'
import type {InspectLocks} from '../../system/locks/inspect.js'
import type {Box, Quarantine, Restored, Taken} from '../../system/locks/quarantine.js'

export interface ClearLocksDeps {
  readonly clock: Clock
  readonly newId: () => string
  readonly findPaths: FindPaths
  readonly inspectLocks: InspectLocks
  readonly readLocalNames: () => Pick<LocalNames, 'hosts' | 'boot'>
  readonly quarantine: Quarantine
}

/** Which locks, and from which age one that names no process is stale (milliseconds). */
export interface LockSearch extends Search {
  readonly minAgeMs: number
}

interface FoundLock extends LockVerdict {
  readonly path: string
}

export interface LockList {
  readonly locks: readonly FoundLock[]
  /** Folders that could not be searched. */
  readonly unreadable: readonly string[]
}

export interface ClearedLocks extends LockList {
  /** Paths of the locks that were moved away. */
  readonly cleared: readonly string[]
  /** For `guard locks restore ID`; undefined if nothing was moved. */
  readonly quarantineId?: string
}

/** How sure to be: `proof` clears what is provably stale, `force` whatever matches. */
type Certainty = 'proof' | 'force'

/** Boxes of the quarantine are dropped after this time. */
const quarantineKeptMs = 30 * 86_400_000

interface Judged {
  readonly facts: LockFacts
  readonly verdict: LockVerdict
}

/** Every lock that the searches find, with the proof that it is stale, or why there is none. */
export async function listLocks(deps: ClearLocksDeps, searches: readonly LockSearch[]): Promise<LockList> {
  const {judged, unreadable} = await observe(deps, searches)
  return {locks: judged.map(({facts, verdict}) => ({path: facts.path, ...verdict})), unreadable}
}

/** Moves the stale locks into the quarantine. Each is checked again right before it is moved, and once more after. */
export async function clearLocks(
  deps: ClearLocksDeps,
  searches: readonly LockSearch[],
  certainty: Certainty,
): Promise<ClearedLocks> {
  const {judged, unreadable} = await observe(deps, searches)
  const box = deps.quarantine.openBox(deps.newId())
  deps.quarantine.prune(deps.clock.now() - quarantineKeptMs)

  const locks: FoundLock[] = []
  const taken: Taken[] = []
  for (const {facts, verdict} of judged) {
    const result = isWanted(verdict, certainty) ? takeLock(deps, box, {facts, verdict}) : verdict
    if ('aside' in result) taken.push(result)
    locks.push({path: facts.path, ...('aside' in result ? verdict : result)})
  }
  const revived = certainty === 'proof' ? giveBackHeld(deps, box, taken) : new Map<string, LockVerdict>()
  const cleared = taken.filter(({path}) => !revived.has(path))
  cleared.forEach(box.keep)
  return {
    locks: locks.map((lock) => ({...lock, ...revived.get(lock.path)})),
    unreadable,
    cleared: cleared.map(({path}) => path),
    ...(cleared.length > 0 && {quarantineId: box.id}),
  }
}

/** Undoes a clearing: the one with this id or this beginning of an id, or the last. Throws GuardError `usage` if there is none. */
export function restoreLocks(deps: Pick<ClearLocksDeps, 'quarantine'>, id: string | undefined): RestoredLocks {
  const boxes = deps.quarantine.list()
  const box = id === undefined ? boxes.at(-1) : findById(boxes, id)
  if (box === 'ambiguous')
    throw new GuardError('usage', `several clearings have an id that begins with ${id}`, ['write more of the id'])
  if (!box)
    throw unknownBox(
      id,
      boxes.map((each) => each.id),
    )
  return {quarantineId: box.id, locks: deps.quarantine.restore(box.id)}
}

export interface RestoredLocks {
  readonly quarantineId: string
  readonly locks: readonly Restored[]
}

async function observe(deps: ClearLocksDeps, searches: readonly LockSearch[]): Promise<Observation> {
  const here = {...deps.readLocalNames(), now: deps.clock.now()}
  const judged = new Map<string, Judged>()
  const unreadable = new Set<string>()
  for (const search of searches) {
    const found = await deps.findPaths(search)
    for (const folder of found.unreadable) unreadable.add(folder)
    const localNames = {...here, minAgeMs: search.minAgeMs}
    const unseen = found.paths.filter((path) => !judged.has(path))
    for (const facts of deps.inspectLocks(unseen))
      judged.set(facts.path, {facts, verdict: withName(facts, judgeLock(facts, localNames))})
  }
  return {judged: [...judged.values()], unreadable: [...unreadable]}
}

/**
 * A wide pattern matches other files too: a file is not a stale lock just because it is old and no process has it
 * open.
 */
function withName({path}: LockFacts, verdict: LockVerdict): LockVerdict {
  if (verdict.verdict !== 'stale' || isLockName(path)) return verdict
  return {verdict: 'kept', reason: `its name is not that of a lock (clear it with --force); ${verdict.reason}`}
}

interface Observation {
  readonly judged: readonly Judged[]
  readonly unreadable: readonly string[]
}

function isWanted({verdict}: LockVerdict, certainty: Certainty): boolean {
  return certainty === 'force' || verdict === 'stale'
}

function takeLock(deps: ClearLocksDeps, box: Box, {facts, verdict}: Judged): Taken | LockVerdict {
  try {
    const taken = box.take(facts, {reason: verdict.reason, at: deps.clock.now()})
    return taken === 'changed' ? {verdict: 'kept', reason: 'was written again during the check'} : taken
  } catch (error) {
    // A lock that cannot be moved does not stop the others.
    if (!(error instanceof Error && 'code' in error)) throw error
    return {verdict: 'kept', reason: `is stale but cannot be moved: ${error.message}`}
  }
}

/** A lock that a process has opened between the proof and the move is given back. */
function giveBackHeld(deps: ClearLocksDeps, box: Box, taken: readonly Taken[]): ReadonlyMap<string, LockVerdict> {
  const held = deps
    .inspectLocks(taken.map(({aside}) => aside))
    .filter(({holders, kernelLock}) => holders.length > 0 || kernelLock === 'held')
  return new Map(
    held.flatMap((facts) => {
      const lock = taken.find(({aside}) => aside === facts.path)
      if (!lock || box.giveBack(lock) === 'occupied') return []
      return [[lock.path, {verdict: 'held', reason: `${takerOf(facts)} has just taken it`}]]
    }),
  )
}

function takerOf({holders: [holder]}: LockFacts): string {
  return holder ? `process ${holder.pid}` : 'a process that is not visible'
}

function unknownBox(id: string | undefined, known: readonly string[]): GuardError {
  if (id === undefined) return new GuardError('usage', 'no cleared locks are in the quarantine')
  const hint = known.length > 0 ? `choose one of: ${known.join(', ')}` : 'the quarantine is empty'
  return new GuardError('usage', `the quarantine has no ${id}`, [hint])
}
