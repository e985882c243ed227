import {type Column, cellOf, type Fields} from './column.js'

/** A field of numbers, of which there is one in each row. */
export function numbersIn(fields: Fields, name: string, rows: number): Float64Array {
  const column = fields[name] ?? []
  if (!('over' in column)) return numbersOf(column, rows)
  return combine(numbersIn(fields, column.over, rows), numbersOf(column.plus, rows), 1)
}

/** Ten thousand at once in a process that has just started: loops, for a call for each number takes longer than it. */
function numbersOf(column: Column, rows: number): Float64Array {
  const numbers = new Float64Array(rows)
  if ('few' in column) {
    numbers.fill(column.else as number)
    for (const row in column.few) numbers[row] = column.few[row] as number
  } else if ('from' in column) {
    const {from, plus} = column
    for (let row = 0; row < rows; row++) numbers[row] = from + (plus[row] as number)
  } else {
    for (let row = 0; row < rows; row++) numbers[row] = cellOf(column, row) as number
  }
  return numbers
}

/** Adds to each number another, times `factor`. */
export function combine(numbers: Float64Array, others: Float64Array, factor: 1 | -1): Float64Array {
  for (let row = 0; row < numbers.length; row++)
    numbers[row] = (numbers[row] as number) + factor * (others[row] as number)
  return numbers
}
