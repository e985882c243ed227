// Boot and host of lines, by number: those of most lines are the same, and to compare two numbers is quick.

import {Key} from './key'
import {lineBytes} from './rows'
import {isSame, textEnd} from './text'

class Place {
  /** A text that is compared may be read some bytes behind its end. */
  from: usize = heap.alloc(lineBytes + 8)
  length: usize = 0
  number: u32 = 0
}

const hostKey = new Key(',"host":"')
/** A journal of a few hosts sees some in a year. Beyond so many, the one that was met first is forgotten. */
const mostPlaces: u32 = 64
const places = new StaticArray<Place>(mostPlaces)
for (let index: u32 = 0; index < mostPlaces; index++) places[index] = new Place()
let last = unchecked(places[0])

/** Unsigned, so that it stays a place's index however many a watch of years has seen. */
let numbered: u32 = 0

/** The number of the place over which `placeEnd` stepped last. No other has it or had it; 0: there was none yet. */
export function placeNumber(): u32 {
  return last.number
}

/** The letters of that place, from its first key to its last quote. */
export function placeText(): usize {
  return last.from
}

export function placeLength(): usize {
  return last.length
}

/** Steps over boot and host, from their first key on; 0: there is no host, or more than fits into a line of guard's. */
export function placeEnd(from: usize, boot: usize): usize {
  if (!stands(last, from)) {
    const end = hostEnd(textEnd(boot))
    if (end === 0 || end - from > lineBytes) return 0
    last = placeOf(from, end - from)
  }
  return from + last.length
}

function hostEnd(bootEnd: usize): usize {
  if (bootEnd === 0 || !hostKey.stands(bootEnd + 1)) return 0
  const end = textEnd(bootEnd + 1 + hostKey.length)
  return end === 0 ? 0 : end + 1
}

function placeOf(from: usize, length: usize): Place {
  for (let index: u32 = 0; index < mostPlaces; index++) {
    const one = unchecked(places[index])
    if (one.length === length && stands(one, from)) return one
  }
  const one = unchecked(places[numbered % mostPlaces])
  numbered += 1
  memory.copy(one.from, from, length)
  one.length = length
  one.number = numbered
  return one
}

/** It ends with a quote, and so cannot stand where a longer one does. */
function stands(one: Place, at: usize): bool {
  return one.length > 0 && isSame(one.from, at, one.length)
}
