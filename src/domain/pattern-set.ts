import {type ByteSet, type PatternNode, parsePattern, wordBytes} from './pattern.js'

/**
 * Many patterns, searched in one pass over a stream of bytes, line by line. Thompson's automaton, made deterministic
 * step by step as the text asks for it (R. Cox, "Regular Expression Matching Can Be Simple And Fast", 2007; the way of RE2).
 * Time grows with the text alone; memory is bounded, whatever the patterns, the text and the length of its lines.
 */

/** Called at a line's end with the patterns that it matched, by their place in the list, and the line's first bytes. */
export type OnMatch = (patterns: ReadonlySet<number>, line: Uint8Array) => void

export interface LineSearch {
  /** Takes the next bytes of the stream; a line may go on from one call to the next. */
  push(bytes: Uint8Array): void
  /** Ends the last line, should it have no newline. */
  end(): void
}

/** So much of a line is kept to be shown; the search itself sees all of it. */
export const keptLineBytes = 4096

/** More states than this are forgotten and made anew: one costs 1 KiB. */
const maxStates = 4096

const newline = 10
/**
 * What an entry of the table says besides the next state: there is more to do than to go there; this step completes a
 * pattern. An entry that is not known yet has all bits.
 */
const isSpecial = 1
const completes = 2
const unknown = -1
/** Stands before a line, after a letter, or after anything else; likewise for what comes next. */
type Side = 0 | 1 | 2
const edge = 0

export function searchLines(patterns: readonly PatternNode[], onMatch: OnMatch): LineSearch {
  const automaton = new Automaton(patterns)
  const kept = new Uint8Array(keptLineBytes)
  const found = new Set<number>()
  let keptLength = 0
  let state = automaton.lineStart

  const keep = (bytes: Uint8Array, from: number, to: number) => {
    const part = bytes.subarray(from, Math.min(to, from + keptLineBytes - keptLength))
    kept.set(part, keptLength)
    keptLength += part.length
  }

  const endLine = (bytes: Uint8Array, from: number, to: number) => {
    if (found.size > 0) {
      keep(bytes, from, to)
      onMatch(found, kept.subarray(0, keptLength))
      found.clear()
    }
    keptLength = 0
  }

  const push = (bytes: Uint8Array) => {
    let lineFrom = 0
    let table = automaton.table
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number
      let next = table[state | byte] as number
      // All but every hundredth byte or so is done with here: this line decides how fast the search is.
      if ((next & isSpecial) === 0) {
        state = next
        continue
      }
      if (next === unknown) {
        if (automaton.full) state = automaton.forgetAllBut(state)
        next = automaton.step(state, byte)
        table = automaton.table
      }
      if (next & completes) for (const pattern of automaton.completed(state, byte)) found.add(pattern)
      state = next & ~255
      if (isLineEnd(byte)) {
        endLine(bytes, lineFrom, index)
        lineFrom = index + 1
      }
    }
    keep(bytes, lineFrom, bytes.length)
  }

  const end = () => {
    if (keptLength > 0) push(Uint8Array.of(newline))
  }

  return {push, end}
}

/** Which of the patterns any line of `text` (UTF-8) matches. One that cannot be read matches nothing. */
export function patternsFound(sources: readonly string[], text: Uint8Array): ReadonlySet<string> {
  const usable = sources.flatMap((source) => {
    const parsed = parsePattern(source)
    return parsed.ok ? [{source, node: parsed.node}] : []
  })
  const found = new Set<string>()
  const search = searchLines(
    usable.map(({node}) => node),
    (patterns) => {
      for (const pattern of patterns) found.add(usable[pattern]?.source ?? '')
    },
  )
  search.push(text)
  search.end()
  return found
}

/** A place in a pattern: takes a byte, looks to both sides, branches, or is the end of pattern `pattern`. */
type Place =
  | {readonly is: 'byte'; readonly bytes: ByteSet; readonly next: number}
  | {readonly is: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'inside'; readonly next: number}
  | {readonly is: 'branch'; next: readonly number[]}
  | {readonly is: 'match'; readonly pattern: number}

interface State {
  readonly places: readonly number[]
  readonly before: Side
}

/** What one byte makes of a set of places. */
interface Move {
  readonly completed: readonly number[]
  readonly moved: readonly number[]
}

const nothing: Move = {completed: [], moved: []}

class Automaton {
  /** Where each state goes for each byte. States are numbered in steps of 256, so that `state | byte` is a place in it. */
  table = new Int32Array(0)
  lineStart = 0
  private readonly places: Place[] = []
  private readonly starts: readonly number[]
  private states: State[] = []
  private stateIds = new Map<string, number>()
  private completions = new Map<number, readonly number[]>()
  private readonly beginnings: (Move | undefined)[] = []
  /** Where all patterns may begin, for each pair of sides. */
  private readonly begun: (readonly Place[] | undefined)[] = []
  private readonly seen: Uint32Array
  private round = 0

  constructor(patterns: readonly PatternNode[]) {
    this.starts = patterns.map((node, pattern) => this.compile(node, this.place({is: 'match', pattern})))
    this.seen = new Uint32Array(this.places.length)
    this.lineStart = this.stateOf([], edge)
  }

  get full(): boolean {
    return this.states.length > maxStates
  }

  completed(state: number, byte: number): readonly number[] {
    return this.completions.get(state | byte) ?? []
  }

  /** Works out one step: where may the patterns stand before `byte`, and which of those places does it carry on? */
  step(state: number, byte: number): number {
    const {places, before} = this.states[state >> 8] as State
    const after = sideOf(byte)
    const begun = this.beginning(before, byte)
    const going = places.length > 0 ? carry(this.closure(places, before, after), byte) : nothing
    const completed = [...begun.completed, ...going.completed]
    const moved = [...new Set([...begun.moved, ...going.moved])].sort((a, b) => a - b)
    const next = after === edge ? this.lineStart : this.stateOf(moved, after)
    const flags = completed.length > 0 ? isSpecial | completes : after === edge ? isSpecial : 0
    if (completed.length > 0) this.completions.set(state | byte, completed)
    this.table[state | byte] = next | flags
    return next | flags
  }

  /** Every pattern may begin at every byte; what comes of that is the same in all states, and worked out once. */
  private beginning(before: Side, byte: number): Move {
    const key = (before << 8) | byte
    const known = this.beginnings[key]
    if (known) return known
    const after = sideOf(byte)
    const between = before * 3 + after
    this.begun[between] ??= this.closure(this.starts, before, after)
    const move = carry(this.begun[between], byte)
    this.beginnings[key] = move
    return move
  }

  /** Starts over with the one state that the search is in. Called between steps, so the table stays bounded. */
  forgetAllBut(state: number): number {
    const {places, before} = this.states[state >> 8] as State
    this.states = []
    this.stateIds = new Map()
    this.completions = new Map()
    this.table = new Int32Array(0)
    this.lineStart = this.stateOf([], edge)
    return this.stateOf(places, before)
  }

  private stateOf(places: readonly number[], before: Side): number {
    const key = `${before}:${places.join()}`
    const known = this.stateIds.get(key)
    if (known !== undefined) return known
    const id = (this.states.push({places, before}) - 1) << 8
    this.stateIds.set(key, id)
    if (this.table.length <= id) {
      const grown = new Int32Array(Math.max(16 << 8, id * 2)).fill(unknown)
      grown.set(this.table)
      this.table = grown
    }
    return id
  }

  /** All places that can be reached without taking a byte. */
  private closure(from: readonly number[], before: Side, after: Side): readonly Place[] {
    this.round++
    const reached: Place[] = []
    const open = [...from]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.seen[id] === this.round) continue
      this.seen[id] = this.round
      const place = this.places[id] as Place
      if (place.is === 'branch') open.push(...place.next)
      else if (place.is !== 'assert') reached.push(place)
      else if (holds(place.at, before, after)) open.push(place.next)
    }
    return reached
  }

  private place(place: Place): number {
    return this.places.push(place) - 1
  }

  /** Compiles `node` so that what follows it is `next`; returns where it begins. */
  private compile(node: PatternNode, next: number): number {
    switch (node.op) {
      case 'set':
        return this.place({is: 'byte', bytes: node.bytes, next})
      case 'assert':
        return this.place({is: 'assert', at: node.at, next})
      case 'seq':
        return node.parts.reduceRight((following, part) => this.compile(part, following), next)
      case 'alt':
        return this.place({is: 'branch', next: node.parts.map((part) => this.compile(part, next))})
      case 'repeat':
        return this.compileRepeat(node, next)
    }
  }

  private compileRepeat({body, min, max}: PatternNode & {op: 'repeat'}, next: number): number {
    let start = next
    if (max === Number.POSITIVE_INFINITY) {
      const loop: Place = {is: 'branch', next: [next]}
      start = this.place(loop)
      loop.next = [this.compile(body, start), next]
    } else {
      for (let times = min; times < max; times++)
        start = this.place({is: 'branch', next: [this.compile(body, start), next]})
    }
    for (let times = 0; times < min; times++) start = this.compile(body, start)
    return start
  }
}

function carry(reached: readonly Place[], byte: number): Move {
  const completed: number[] = []
  const moved: number[] = []
  for (const place of reached) {
    if (place.is === 'match') completed.push(place.pattern)
    else if (place.is === 'byte' && place.bytes[byte] === 1) moved.push(place.next)
  }
  return {completed, moved}
}

function isLineEnd(byte: number): boolean {
  return byte === newline || byte === 13
}

function sideOf(byte: number): Side {
  if (isLineEnd(byte)) return edge
  return wordBytes[byte] === 1 ? 1 : 2
}

function holds(at: 'start' | 'end' | 'boundary' | 'inside', before: Side, after: Side): boolean {
  if (at === 'start') return before === edge
  if (at === 'end') return after === edge
  return (at === 'boundary') === ((before === 1) !== (after === 1))
}
