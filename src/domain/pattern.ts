/**
 * Patterns as settings write them, in a syntax that can be searched in linear time whatever the text: JavaScript's
 * regular expressions without lookaround and back-references. They say whether a line matches, not where, so lazy and
 * greedy are the same. Text is UTF-8 bytes: a letter beyond ASCII is a sequence of bytes. `(?i)` in front ignores the case.
 *
 * Why not RegExp: it backtracks. `(a+)+$`, and even `a.*b.*c`, can be made to run for hours by one line of output.
 */

/** A set of bytes: `set[byte]` is 1 for each that belongs. */
export type ByteSet = Uint8Array

export type PatternNode =
  | {readonly op: 'set'; readonly bytes: ByteSet}
  | {readonly op: 'seq' | 'alt'; readonly parts: readonly PatternNode[]}
  | {readonly op: 'repeat'; readonly body: PatternNode; readonly min: number; readonly max: number}
  | {readonly op: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'inside'}

export type ParsedPattern =
  | {readonly ok: true; readonly node: PatternNode}
  | {readonly ok: false; readonly problem: string}

/** Longest pattern, in characters; largest number in `{n,m}`; deepest nesting; most bytes that one pattern may stand for. */
const limits = {length: 1000, repeat: 200, depth: 50, size: 4000}

class PatternProblem extends Error {}

/** Reads a pattern, or says in a sentence why it cannot be used. */
export function parsePattern(source: string): ParsedPattern {
  if (source.length > limits.length) return {ok: false, problem: `is longer than ${limits.length} characters`}
  try {
    const ignoreCase = source.startsWith('(?i)')
    const parser = new Parser(ignoreCase ? source.slice(4) : source, ignoreCase)
    const node = parser.parse()
    if (sizeOf(node) > limits.size) return {ok: false, problem: 'is too large once its {n,m} are written out'}
    return {ok: true, node}
  } catch (error) {
    if (error instanceof PatternProblem) return {ok: false, problem: error.message}
    throw error
  }
}

function sizeOf(node: PatternNode): number {
  if (node.op === 'set' || node.op === 'assert') return 1
  if (node.op !== 'repeat') return node.parts.reduce((sum, part) => sum + sizeOf(part), 1)
  return 1 + sizeOf(node.body) * Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max)
}

/** Bytes of a UTF-8 sequence after its first. */
const continuation = byteSet((byte) => byte >= 0x80 && byte < 0xc0)
const digit = byteSet((byte) => byte >= 0x30 && byte <= 0x39)
export const wordBytes = byteSet((byte) => /^\w$/.test(String.fromCharCode(byte)) && byte < 0x80)
const space = byteSet((byte) => byte === 0x20 || (byte >= 9 && byte <= 13))
/** What `.` stands for: `\n` and `\r` end a line. */
const anyByte = byteSet((byte) => byte !== 10 && byte !== 13)
const classes: Readonly<Record<string, ByteSet>> = {d: digit, w: wordBytes, s: space}
const controls: Readonly<Record<string, number>> = {t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0}

function byteSet(has: (byte: number) => boolean): ByteSet {
  const bytes = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte++) if (has(byte)) bytes[byte] = 1
  return bytes
}

/** Most of a pattern is letters, so they are made once. */
const oneByteNodes: PatternNode[] = []

function oneByte(byte: number, ignoreCase: boolean): PatternNode {
  const key = ignoreCase ? byte | 256 : byte
  const known = oneByteNodes[key]
  if (known) return known
  const bytes = new Uint8Array(256)
  bytes[byte] = 1
  if (ignoreCase && isLetter(byte)) bytes[byte ^ 0x20] = 1
  const node: PatternNode = {op: 'set', bytes}
  oneByteNodes[key] = node
  return node
}

class Parser {
  private readonly chars: readonly string[]
  private readonly ignoreCase: boolean
  private at = 0
  private depth = 0

  constructor(source: string, ignoreCase: boolean) {
    this.chars = [...source]
    this.ignoreCase = ignoreCase
  }

  parse(): PatternNode {
    const node = this.alternatives()
    if (this.at < this.chars.length) throw new PatternProblem(`has a ) that nothing opens, at character ${this.at + 1}`)
    return node
  }

  private alternatives(): PatternNode {
    if (++this.depth > limits.depth) throw new PatternProblem(`is nested deeper than ${limits.depth} groups`)
    const parts = [this.sequence()]
    while (this.takes('|')) parts.push(this.sequence())
    this.depth--
    return parts.length === 1 && parts[0] ? parts[0] : {op: 'alt', parts}
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (this.at < this.chars.length && this.chars[this.at] !== '|' && this.chars[this.at] !== ')')
      parts.push(this.quantified())
    return {op: 'seq', parts}
  }

  private quantified(): PatternNode {
    const start = this.at
    const body = this.atom()
    const bounds = this.quantifier()
    if (!bounds) return body
    if (body.op === 'assert') throw new PatternProblem(`repeats nothing, at character ${start + 1}`)
    this.takes('?')
    if (isQuantifier(this.chars[this.at]))
      throw new PatternProblem(`has two quantifiers in a row, at character ${this.at + 1}`)
    return {op: 'repeat', body, ...bounds}
  }

  private quantifier(): {readonly min: number; readonly max: number} | undefined {
    if (this.takes('*')) return {min: 0, max: Number.POSITIVE_INFINITY}
    if (this.takes('+')) return {min: 1, max: Number.POSITIVE_INFINITY}
    if (this.takes('?')) return {min: 0, max: 1}
    if (this.chars[this.at] !== '{') return undefined
    // As in RegExp, a brace that begins no quantifier is a brace.
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.chars.slice(this.at, this.at + 16).join(''))
    if (!counted) return undefined
    this.at += counted[0].length
    const min = Number(counted[1])
    const max = counted[2] === undefined ? min : counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY
    if (min > max) throw new PatternProblem(`has the numbers of ${counted[0]} in the wrong order`)
    if (min > limits.repeat || (max > limits.repeat && max !== Number.POSITIVE_INFINITY))
      throw new PatternProblem(`repeats more than ${limits.repeat} times: ${counted[0]}`)
    return {min, max}
  }

  private atom(): PatternNode {
    const char = this.next()
    if (char === '(') return this.group()
    if (char === '[') return this.charClass()
    if (char === '.') return this.character(anyByte, true)
    if (char === '^') return {op: 'assert', at: 'start'}
    if (char === '$') return {op: 'assert', at: 'end'}
    if (char === '\\') return this.escape()
    if (isQuantifier(char)) throw new PatternProblem(`has nothing before ${char}, at character ${this.at}`)
    return this.literal(char)
  }

  private group(): PatternNode {
    const start = this.at
    if (this.takes('?')) this.groupKind(start)
    const node = this.alternatives()
    if (!this.takes(')')) throw new PatternProblem(`has a ( that nothing closes, at character ${start}`)
    return node
  }

  /** Only whether a line matches is asked, so every group that looks at nothing around it is the same. */
  private groupKind(start: number): void {
    if (this.takes(':')) return
    const named = /^<[A-Za-z_$][\w$]*>/.exec(this.chars.slice(this.at, this.at + 64).join(''))
    if (!named)
      throw new PatternProblem(`uses lookaround or a flag in the middle, at character ${start}, which is not supported`)
    this.at += named[0].length
  }

  private escape(): PatternNode {
    const char = this.next('\\')
    if (char === 'b') return {op: 'assert', at: 'boundary'}
    if (char === 'B') return {op: 'assert', at: 'inside'}
    const known = classes[char.toLowerCase()]
    if (known) return char === char.toLowerCase() ? this.character(known, false) : this.character(inverse(known), true)
    if (/^[1-9k]$/.test(char)) throw new PatternProblem(`uses the back-reference \\${char}, which is not supported`)
    return this.literal(this.escaped(char))
  }

  /** The character that `\` and `char` stand for. */
  private escaped(char: string): string {
    const control = controls[char]
    if (control !== undefined) return String.fromCharCode(control)
    const digits = {x: 2, u: 4}[char]
    if (digits !== undefined) {
      const hex = this.chars.slice(this.at, this.at + digits).join('')
      if (hex.length !== digits || !/^[\da-fA-F]+$/.test(hex))
        throw new PatternProblem(`has \\${char} without ${digits} hexadecimal digits`)
      this.at += digits
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    if (/^[A-Za-z0-9]$/.test(char)) throw new PatternProblem(`has the unknown escape \\${char}`)
    return char
  }

  private literal(char: string): PatternNode {
    if (char <= '\u007f') return oneByte(char.charCodeAt(0), this.ignoreCase)
    return {op: 'seq', parts: utf8(char).map((byte) => oneByte(byte, this.ignoreCase))}
  }

  /** A set of bytes as a character: one that takes bytes beyond ASCII takes the rest of their sequence too. */
  private character(bytes: ByteSet, beyondAscii: boolean): PatternNode {
    const set: PatternNode = {op: 'set', bytes}
    if (!beyondAscii) return set
    return {op: 'seq', parts: [set, {op: 'repeat', body: {op: 'set', bytes: continuation}, min: 0, max: 3}]}
  }

  private charClass(): PatternNode {
    const start = this.at
    const negated = this.takes('^')
    const bytes = new Uint8Array(256)
    const others: PatternNode[] = []
    while (!this.takes(']')) {
      if (this.at >= this.chars.length) throw new PatternProblem(`has a [ that nothing closes, at character ${start}`)
      this.classMember(bytes, others)
    }
    const folded = this.fold(bytes)
    if (!negated)
      return others.length === 0
        ? {op: 'set', bytes: folded}
        : {op: 'alt', parts: [{op: 'set', bytes: folded}, ...others]}
    if (others.length > 0) throw new PatternProblem('excludes letters beyond ASCII with [^…], which is not supported')
    return this.character(inverse(folded), true)
  }

  private classMember(bytes: ByteSet, others: PatternNode[]): void {
    const first = this.member()
    if (typeof first !== 'string') {
      for (const byte of first.keys()) bytes[byte] ||= first[byte] ?? 0
      return
    }
    const isRange = this.chars[this.at] === '-' && this.chars[this.at + 1] !== ']' && this.at + 1 < this.chars.length
    if (!isRange) {
      if (first <= '\u007f') bytes[first.charCodeAt(0)] = 1
      else others.push(this.literal(first))
      return
    }
    this.at++
    const last = this.member()
    if (typeof last !== 'string' || first > last || last > '\u007f')
      throw new PatternProblem(`has a range that does not go upwards within ASCII, at character ${this.at}`)
    for (let byte = first.charCodeAt(0); byte <= last.charCodeAt(0); byte++) bytes[byte] = 1
  }

  private member(): string | ByteSet {
    const char = this.next('[')
    if (char !== '\\') return char
    const escaped = this.next('\\')
    const known = classes[escaped.toLowerCase()]
    if (known) return escaped === escaped.toLowerCase() ? known : inverse(known)
    return escaped === 'b' ? '\b' : this.escaped(escaped)
  }

  private fold(bytes: ByteSet): ByteSet {
    if (!this.ignoreCase) return bytes
    return byteSet((byte) => bytes[byte] === 1 || (isLetter(byte) && bytes[byte ^ 0x20] === 1))
  }

  private next(after = ''): string {
    const char = this.chars[this.at++]
    if (char === undefined) throw new PatternProblem(`ends in the middle${after ? ` of ${after}` : ''}`)
    return char
  }

  private takes(char: string): boolean {
    if (this.chars[this.at] !== char) return false
    this.at++
    return true
  }
}

function inverse(bytes: ByteSet): ByteSet {
  return byteSet((byte) => bytes[byte] === 0 && anyByte[byte] === 1)
}

function isQuantifier(char: string | undefined): boolean {
  return char === '*' || char === '+' || char === '?'
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}

function utf8(char: string): readonly number[] {
  return [...new TextEncoder().encode(char)]
}
