import {type Column, cellOf} from './column.js'

/** Values by name, in the order of their last changes. */
export interface ByName<T> extends Pick<Map<string, T>, 'get' | 'has' | 'delete' | 'size' | 'keys' | 'values'> {
  set(name: string, value: T): unknown
  [Symbol.iterator](): Iterator<[string, T]>
}

/**
 * Objects that are made of their columns only when somebody asks for them: a run asks for one of ten thousand leases,
 * and takes 6 ms to read their snapshot instead of 25.
 */
export class LeaseMap<T extends object> extends Map<string, T | number> implements ByName<T> {
  private readonly rows: Column

  /** The names stand in the column `key`, as a list, for no two of them are the same. */
  constructor(rows: Column, key: string) {
    super()
    this.rows = rows
    const names = (rows as {readonly is: Readonly<Record<string, readonly string[]>>}).is[key]
    names?.forEach((name, row) => {
      this.set(name, row)
    })
  }

  /** The object, or the row in which it stands. */
  protected found(name: string): T | number | undefined {
    return super.get(name)
  }

  override get(name: string): T | undefined {
    const found = this.found(name)
    return typeof found === 'number' ? (cellOf(this.rows, found) as T) : found
  }

  override *values(): MapIterator<T> {
    for (const [, value] of this) yield value
  }

  override *[Symbol.iterator](): MapIterator<[string, T]> {
    for (const name of this.keys()) yield [name, this.get(name) as T]
  }
}
