import {expect, test} from 'vitest'
import {parseSeeds, Tally} from './tally.js'

test('a range of seeds holds both of its ends, and one seed is a range', () => {
  expect(parseSeeds('500-503')).toEqual([500, 501, 502, 503])
  expect(parseSeeds('7')).toEqual([7])
})

test.each(['', 'x', '9-1', '1-', '-3', '1.5', '1-2-x'])('%j is not a range of seeds', (text) => {
  expect(() => parseSeeds(text)).toThrow('GUARD_SIMULATION_SEEDS')
})

test('the tally counts each kind of fault for itself', () => {
  const tally = new Tally()
  const day = {rounds: 10, outages: 3, alerts: 2, messages: 5, mended: 1, events: []}
  tally.add({...day, faults: [{is: 'false alert', what: 'job-1'}]})
  tally.add({
    ...day,
    faults: [
      {is: 'missed outage', what: 'job-2'},
      {is: 'missed outage', what: 'job-3'},
    ],
  })
  expect(`${tally}`).toBe(
    'seeds: 2, rounds: 20, outages: 6 (mended: 2), alerts: 4, false alerts: 1, false incidents: 0, ' +
      'false all-clears: 0, missed outages: 2, alert storms: 0, ' +
      'messages: 10, false messages: 0, missing messages: 0, message storms: 0',
  )
})
