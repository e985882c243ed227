/**
 * What a line must have for a pattern to match it, read from the pattern's text alone. To read a hundred patterns whole
 * and make an automaton of them takes tens of milliseconds; most outputs have nothing that most of them want.
 */

/** Words in lower case, one of which stands in every line that the pattern matches; none: nothing can be told. */
export type RequiredWords = readonly string[]

/** Reads a pattern that `parsePattern` accepts. */
export function requiredWords(source: string): RequiredWords {
  const reader = new Reader(source.startsWith('(?i)') ? source.slice(4) : source)
  return reader.alternatives()
}

class Reader {
  private readonly source: string
  private at = 0

  constructor(source: string) {
    this.source = source
  }

  /** One of the words of each; if any of them needs none, so does the whole. */
  alternatives(): RequiredWords {
    const words = [this.sequence()]
    while (this.source[this.at] === '|') {
      this.at++
      words.push(this.sequence())
    }
    return words.some((one) => one.length === 0) ? [] : words.flat()
  }

  /** The most telling of what stands one after the other. */
  private sequence(): RequiredWords {
    let best: RequiredWords = []
    let run = ''
    const offer = (words: RequiredWords) => {
      if (shortest(words) > shortest(best)) best = words
    }
    const endRun = () => {
      if (run !== '') offer([run.toLowerCase()])
      run = ''
    }
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      const atom = this.atom()
      const isOptional = this.quantifier()
      if (atom === 'nothing') continue
      if (typeof atom === 'string' && isOptional === undefined) {
        run += atom
        continue
      }
      // Of what is repeated, one is there, but what follows it may be another.
      if (typeof atom === 'string' && isOptional === false) run += atom
      endRun()
      if (typeof atom !== 'string' && isOptional !== true) offer(atom)
    }
    endRun()
    return best
  }

  /** A character; the words of a group; no words for a set of characters. `nothing` takes no character. */
  private atom(): string | RequiredWords {
    const char = this.source[this.at++] ?? ''
    if (char === '(') return this.group()
    if (char === '[') return this.set()
    if (char === '\\') return this.escape()
    if (char === '^' || char === '$') return 'nothing'
    return char === '.' || char > '\u007f' ? [] : char
  }

  private group(): RequiredWords {
    // `?:` or `?<name>`
    if (this.source[this.at] === '?')
      this.at = this.source[this.at + 1] === ':' ? this.at + 2 : this.source.indexOf('>', this.at) + 1
    const words = this.alternatives()
    this.at++
    return words
  }

  private set(): RequiredWords {
    while (this.at < this.source.length && this.source[this.at] !== ']')
      this.at += this.source[this.at] === '\\' ? 2 : 1
    this.at++
    return []
  }

  private escape(): string | RequiredWords {
    const char = this.source[this.at++] ?? ''
    if (char === 'b' || char === 'B') return 'nothing'
    if (char === 'x' || char === 'u') this.at += char === 'x' ? 2 : 4
    return isWordCharacter(char) || char > '\u007f' ? [] : char
  }

  /** Whether what it stands after may be missing; undefined when there is no quantifier. */
  private quantifier(): boolean | undefined {
    const char = this.source[this.at]
    if (char !== '*' && char !== '+' && char !== '?' && char !== '{') return undefined
    const least = char === '{' ? this.counted() : Number(char === '+')
    if (least === undefined) return undefined
    if (char !== '{') this.at++
    if (this.source[this.at] === '?') this.at++
    return least === 0
  }

  /** The first number of `{n,m}`; a brace that begins no quantifier is a brace. */
  private counted(): number | undefined {
    const [text, least] = /^\{(\d+)(?:,\d*)?\}/.exec(this.source.slice(this.at, this.at + 16)) ?? []
    this.at += text?.length ?? 0
    return least === undefined ? undefined : Number(least)
  }
}

function isWordCharacter(char: string): boolean {
  return (char >= '0' && char <= '9') || (char >= 'A' && char <= 'Z') || (char >= 'a' && char <= 'z')
}

function shortest(words: RequiredWords): number {
  return words.length === 0 ? 0 : Math.min(...words.map(({length}) => length))
}
