import {expect, test} from 'vitest'
import {allJournals} from '../../../src/cli/wire/journals.js'
import * as failureStreams from '../../../src/journal/failure-streams.js'
import * as streams from '../../../src/journal/streams.js'

const namesOf = (module: object) =>
  Object.entries(module).flatMap(([key, spec]) =>
    key.endsWith('Stream') && typeof spec === 'object' ? [spec.name] : [],
  )

test('the files of every journal are looked at by health and doctor, and those that doctor names it can compact', () => {
  const journal = () => ({inspect: () => ({}), compactIfDue: () => undefined}) as never
  const known = allJournals({journal}).map(({name}) => name)
  expect(known.toSorted()).toEqual([...namesOf(streams), ...namesOf(failureStreams)].sort())
})
