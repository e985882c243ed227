import {type Column, cellOf, wordsIn} from './column.js'

/** Values by name, in the order of their last changes. */
export interface ByName<T> extends Pick<Map<string, T>, 'get' | 'has' | 'delete' | 'size' | 'keys' | 'values'> {
  set(name: string, value: T): unknown
  [Symbol.iterator](): Iterator<[string, T]>
}

/**
 * Objects that are made of their columns only when somebody asks for them: a run asks for one of ten thousand leases,
 * and takes 4 ms to read their snapshot instead of 25.
 */
export class ColumnMap<T extends object> implements ByName<T> {
  /** The object, or the row in which it stands. */
  readonly found = new Map<string, T | number>()
  readonly rows: Column

  /** The names stand in the column `key`, as words, for no two of them are the same. */
  constructor(rows: Column, key: string) {
    this.rows = rows
    const names = (rows as {readonly is: Readonly<Record<string, {readonly words: string}>>}).is[key]
    const words = names ? wordsIn(names) : []
    for (let row = 0; row < words.length; row++) this.found.set(words[row] as string, row)
  }

  get size(): number {
    return this.found.size
  }

  has(name: string): boolean {
    return this.found.has(name)
  }

  get(name: string): T | undefined {
    const found = this.found.get(name)
    return typeof found === 'number' ? (cellOf(this.rows, found) as T) : found
  }

  set(name: string, value: T): void {
    this.found.set(name, value)
  }

  delete(name: string): boolean {
    return this.found.delete(name)
  }

  keys(): MapIterator<string> {
    return this.found.keys()
  }

  *values(): MapIterator<T> {
    for (const [, value] of this) yield value
  }

  *[Symbol.iterator](): MapIterator<[string, T]> {
    for (const name of this.keys()) yield [name, this.get(name) as T]
  }
}
