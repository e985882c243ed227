import {describe, expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import {tellTrouble} from '../../../src/usecases/fleet/tell-trouble.js'
import {fakeClock} from '../../support/fake-clock.js'
import {noSpace} from '../../support/fake-fleet.js'
import {memoryJournal} from '../../support/memory-journal.js'
import {hour, minute, outboxWorld} from '../../support/outbox-world.js'

function host() {
  const clock = fakeClock()
  const alerts = memoryJournal(alertsFold, clock)
  const log: string[] = []
  return {clock, alerts, log, deps: {clock, alerts, log: (text: string) => void log.push(text)}}
}

const trouble = {id: 'r1', kind: 'away', since: 0, at: 0, text: 'connection refused'} as const

test('a store that fails is told once, and so is that it answers again', () => {
  const {deps, alerts, log, clock} = host()
  expect([tellTrouble(deps, trouble, 'begun'), tellTrouble(deps, trouble, 'begun')]).toEqual([true, false])
  clock.advance(7 * 86_400_000)
  expect(tellTrouble(deps, trouble, 'begun')).toBe(false)
  expect([tellTrouble(deps, trouble, 'over'), tellTrouble(deps, trouble, 'over')]).toEqual([true, false])
  expect(alerts.lines).toMatchObject([
    {level: 'WARNING', component: 'fleet', message: 'the store of the fleet gives no answer: connection refused'},
    {level: 'INFO', component: 'fleet', message: 'the store of the fleet answers this host again'},
  ])
  expect(log).toHaveLength(2)
})

test('the next trouble is told anew', () => {
  const {deps} = host()
  tellTrouble(deps, trouble, 'begun')
  tellTrouble(deps, trouble, 'over')
  expect(tellTrouble(deps, {...trouble, id: 'r9'}, 'begun')).toBe(true)
})

test('the end of trouble that was never told is not news', () => {
  expect(tellTrouble(host().deps, trouble, 'over')).toBe(false)
})

/** A delivery by routes that send nothing of level INFO. */
function delivery() {
  const world = outboxWorld({routes: [{level: 'WARNING', jobs: [], to: ['ops']}]})
  const deps = {clock: world.clock, alerts: world.alerts, log: () => undefined}
  const tell = async (id: string, is: 'begun' | 'over') => {
    tellTrouble(deps, {...trouble, id, since: world.clock.now()}, is)
    await world.deliver()
  }
  return {world, tell}
}

describe('the channels', () => {
  const begun = 'guard-fleet: the store of the fleet gives no answer: connection refused'

  test('that were told of a store that fails are told of its end, and of the next trouble at once', async () => {
    const {world, tell} = delivery()
    await tell('r1', 'begun')
    await world.pass(hour)
    await tell('r1', 'over')
    await world.pass(20 * minute)
    await tell('r9', 'begun')
    await world.pass(minute)
    expect(world.arrived).toMatchObject([
      {kind: 'trouble', title: begun, command: 'guard health'},
      {
        ...{kind: 'recovery', title: 'guard-fleet is well again after 1h'},
        notes: ['the store of the fleet answers this host again'],
      },
      {kind: 'trouble', title: begun, notes: []},
    ])
  })

  test('are not told that it is not over, which nobody knows until a job asks', async () => {
    const {world, tell} = delivery()
    await tell('r1', 'begun')
    await world.pass(3 * 24 * hour)
    expect(world.arrived).toHaveLength(1)
    expect(world.nextMs()).toBeUndefined()
  })
})

test('a journal of alerts that cannot be read costs the run nothing', () => {
  const {deps, alerts} = host()
  const broken = {
    ...alerts,
    read: () => {
      throw noSpace
    },
  }
  expect(tellTrouble({...deps, alerts: broken}, trouble, 'begun')).toBe(false)
})
