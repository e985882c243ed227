import {expect, test} from 'vitest'
import {silenceFold} from '../../../src/domain/delivery/silence.js'
import {activeSilences, addSilence, removeSilence} from '../../../src/usecases/alert/manage-silences.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const [hour, day] = [3_600_000, 86_400_000]

type Wanted = Parameters<typeof addSilence>[1]

const wanted: Wanted = {
  ...{job: 'backup', class: undefined, group: undefined},
  ...{reason: 'the server moves', owner: 'root', forMs: hour, untilHealthy: false},
}

/** A journal of silences, in which nothing but `troubled` is in trouble. */
function silenced(troubled?: string) {
  const clock = fakeClock()
  // Ids that are long enough to be shortened.
  let added = 0
  const journal = memoryJournal(silenceFold, clock)
  const silences: typeof journal = {
    ...journal,
    append: (entry, durability) => journal.append({id: `silence-${++added}`, ...entry}, durability),
  }
  const deps = {silences, now: clock.now, isTroubled: ({job}: {readonly job?: string}) => job === troubled}
  return {
    clock,
    lines: journal.lines,
    add: (changes: Partial<Wanted> = {}) => addSilence(deps, {...wanted, ...changes}),
    remove: (id: string) => removeSilence(deps, id),
    active: () => activeSilences(deps).map(({id}) => id),
  }
}

test.each<[string, Partial<Wanted>, RegExp]>([
  ['does not say what it silences', {job: undefined}, /not said what to silence/],
  ['has no end', {forMs: undefined}, /end of the silence is missing/],
  ['ends at once', {forMs: 0}, /longer than 0/],
  ['lasts longer than 30 days', {forMs: 30 * day + 1}, /longer than 30d/],
  ['has an empty reason', {reason: ' '}, /--reason is empty/],
])('a silence that %s is refused, and nothing is written', (_title, changes, message) => {
  const {add, lines} = silenced()
  expect(() => add(changes)).toThrow(expect.objectContaining({kind: 'usage', message: expect.stringMatching(message)}))
  expect(lines).toEqual([])
})

test.each<[string, Partial<Wanted>]>([
  ['a class', {class: 'connection'}],
  ['a group', {group: 'connection:*'}],
])('%s alone says what to silence', (_title, matter) => {
  const {add} = silenced()
  expect(add({job: undefined, ...matter})).toMatchObject(matter)
})

test('a silence until what it matches is well ends after 30 days at the latest', () => {
  const {add, clock} = silenced()
  expect(add({forMs: undefined, untilHealthy: true})).toMatchObject({untilMs: clock.now() + 30 * day})
  expect(add({forMs: hour, untilHealthy: true})).toMatchObject({untilMs: clock.now() + hour})
})

test('a silence until something is well remembers whether it was in trouble then; one for a time does not ask', () => {
  const {add} = silenced('backup')
  expect(add({untilHealthy: true}).hasMet).toBe(true)
  expect(add({untilHealthy: true, job: 'scan'}).hasMet).toBe(false)
  expect(add().hasMet).toBe(false)
})

test('silences in force are those whose time is not over, the next to end first', () => {
  const {add, active, clock} = silenced()
  for (const hours of [3, 1, 2]) add({forMs: hours * hour})
  expect(active()).toEqual(['silence-2', 'silence-3', 'silence-1'])
  clock.advance(hour)
  expect(active()).toEqual(['silence-3', 'silence-1'])
})

test('a silence is removed by the beginning of its id, if that is the only one in force with it', () => {
  const {add, remove, active, clock} = silenced()
  add({forMs: hour})
  add({forMs: 2 * hour})
  expect(() => remove('sile')).toThrow(/several silences have an id that begins with sile/)
  clock.advance(hour)
  expect(remove('sile').id).toBe('silence-2')
  expect(active()).toEqual([])
})

test('a silence that is over or removed cannot be removed', () => {
  const {add, remove, clock, lines} = silenced()
  add()
  remove('silence-1')
  expect(() => remove('silence-1')).toThrow(/no silence silence-1 is in force/)
  add()
  clock.advance(hour)
  expect(() => remove('silence-3')).toThrow(/no silence silence-3 is in force/)
  expect(lines.map(({kind}) => kind)).toEqual(['added', 'removed', 'added'])
})
