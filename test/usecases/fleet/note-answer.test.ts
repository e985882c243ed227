import {expect, test} from 'vitest'
import {noteAnswer, noteReached} from '../../../src/usecases/fleet/note-answer.js'
import {fakeFleet, noSpace} from '../../support/fake-fleet.js'

/** A host to which the store has failed in this way. */
function host(reason: 'away' | 'refused' | undefined) {
  const fleet = fakeFleet()
  const trouble = {kind: 'refused', job: 'nightly', claim: 'run-1', reason, detail: 'broken'}
  if (reason) fleet.known.append(trouble, 'buffered')
  return fleet
}

test('an answer ends the trouble with the store, once, and that is told', () => {
  const {deps, known, kinds, seen} = host('refused')
  noteAnswer(deps)
  noteAnswer(deps)
  expect([kinds(), seen.told]).toEqual([['refused refused', 'answered'], ['refused over: broken']])
  expect(known.read().trouble).toBeUndefined()
})

test('an answer without trouble before is no news', () => {
  const {deps, known} = host(undefined)
  noteAnswer(deps)
  noteReached(deps)
  expect(known.lines).toEqual([])
})

test('a renewal ends the trouble with a store that was away, and none with one that refuses other claims', () => {
  const away = host('away')
  noteReached(away.deps)
  const refusing = host('refused')
  noteReached(refusing.deps)
  expect([away, refusing].map(({seen}) => seen.told)).toEqual([['away over: broken'], []])
})

test('an answer that cannot be recorded costs a warning and ends nothing', () => {
  const {deps, known, seen} = host('away')
  const full = {
    ...known,
    note: () => {
      throw noSpace
    },
  }
  noteAnswer({...deps, known: full})
  expect(seen).toEqual({
    warnings: ['that the store of the fleet answers again is not recorded: no space left'],
    told: [],
  })
})

test('where nothing is known of the store, its answers are not recorded', () => {
  const {deps, seen} = host('away')
  noteAnswer({...deps, known: undefined})
  expect(seen).toEqual({warnings: [], told: []})
})
