import {describe, expect, test} from 'vitest'
import type {FleetLease} from '../../../src/domain/fleet/lease.js'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {note, noteAsked, noteFault, noteGrant, noteRefusal, raise} from '../../../src/usecases/fleet/fleet-records.js'
import {fakeFleet, noSpace} from '../../support/fake-fleet.js'

const slotAt = Date.UTC(2026, 0, 5, 12)
const claim = {job: 'nightly', host: 'web-17', holder: 'run-1', claimId: 'run-1', ttlMs: 60_000, floor: 0, slotAt}
const lease: FleetLease = {
  ...{job: 'nightly', token: 7, host: 'web-18', holder: 'x', claimId: 'x', slotAt, claimedAt: slotAt, ttlMs: 60_000},
  ...{remainingMs: 60_000, serverAt: slotAt + 5},
}
const of = {job: 'nightly', claim: 'run-1', slotAt}

/** A host whose journal of the fleet throws `fault`, if any, and how its records wait for the disk. */
function host(fault?: Error) {
  const fleet = fakeFleet()
  const {known} = fleet
  const durabilities: string[] = []
  const noted: typeof known.note = (entry, durability) => {
    if (fault) throw fault
    durabilities.push(durability)
    return known.note(entry, durability)
  }
  return {...fleet, durabilities, deps: {...fleet.deps, known: {...known, note: noted}}}
}

describe('the leases of this machine', () => {
  test('are raised above a token that was granted, and above that of the host which has the lease', () => {
    const {deps, machine} = host()
    noteGrant(deps, claim, {...lease, token: 8})
    noteRefusal(deps, claim, {state: 'held', lease}, false)
    expect(machine.raised).toEqual([8, 7])
  })

  test('are not raised by a slot that comes too early, which tells of no lease', () => {
    const {deps, machine, known} = host()
    noteRefusal(deps, claim, {state: 'early', slotAt, serverAt: 5}, false)
    expect([machine.raised, known.lines]).toEqual([
      [],
      [expect.objectContaining({...of, reason: 'early', serverAt: 5, kind: 'refused'})],
    ])
    expect(known.lines[0]).not.toHaveProperty('token')
  })

  test('are warned of where they cannot be raised, and the run goes on', () => {
    const {deps, machine, seen} = host()
    machine.fault = noSpace
    raise(deps, 'nightly', 7)
    expect(seen.warnings).toEqual(['the leases of this machine do not know the token of nightly: no space left'])
  })

  test('are not said to be unwritable by a fault of guard’s own', () => {
    const fault = new TypeError('not a function')
    const raiseMachine = () => {
      throw fault
    }
    expect(() => raise({...host().deps, raiseMachine}, 'nightly', 7)).toThrow(fault)
  })
})

describe('of a claim it is on record', () => {
  test('which guard has asked, and what it got, before the run goes on: a kill leaves nothing else', () => {
    const {deps, known, durabilities} = host()
    noteAsked(deps, claim)
    noteGrant(deps, claim, lease)
    expect(known.lines).toMatchObject([
      {kind: 'asked', ...of, process: {pid: 10, start: '100'}},
      {kind: 'granted', ...of, token: 7, ttlMs: 60_000, serverAt: slotAt + 5},
    ])
    expect(durabilities).toEqual(['durable', 'durable'])
  })

  test('which host has the lease that it was refused', () => {
    const {deps, known, durabilities} = host()
    noteRefusal(deps, claim, {state: 'held', lease}, false)
    expect(known.lines).toMatchObject([{kind: 'refused', ...of, reason: 'held', token: 7, by: 'web-18'}])
    expect(durabilities).toEqual(['buffered'])
  })

  test.each([
    ['nothing more if it is over', {isOpen: false, isUnfenced: false}, {}],
    ['that it may be granted yet', {isOpen: true, isUnfenced: false}, {open: true}],
    ['that its run goes on without the lease', {isOpen: false, isUnfenced: true}, {unfenced: true}],
  ])('after a fault of the store: %s', (_title, after, more) => {
    const {deps, known} = host()
    noteFault(deps, claim, new StoreFault('away', 'connection refused'), after)
    const {open, unfenced, reason, detail} = known.lines[0] ?? {}
    expect({open, unfenced, reason, detail}).toEqual({...more, reason: 'away', detail: 'connection refused'})
  })

  test('that it may be granted yet, also if the last answer was a refusal', () => {
    const {deps, known} = host()
    noteRefusal(deps, claim, {state: 'held', lease}, true)
    expect(known.lines).toMatchObject([{reason: 'held', open: true}])
  })
})

describe('a record', () => {
  const settled = {kind: 'settled', job: 'nightly', claim: 'run-1'}
  const away = new StoreFault('away', 'connection refused')

  test('by which the store answers again after trouble is told to a person, once', () => {
    const {deps, seen} = host()
    noteFault(deps, claim, away, {isOpen: false, isUnfenced: false})
    note(deps, settled)
    expect(seen.told).toEqual([])
    for (const serverAt of [5, 6]) note(deps, {...settled, serverAt})
    expect(seen.told).toEqual(['away over: connection refused'])
  })

  test('that cannot be written stops no job, and ends no trouble', () => {
    const {deps, known, seen} = host(noSpace)
    known.append({kind: 'refused', job: 'nightly', claim: 'run-1', reason: 'away', detail: 'gone'}, 'buffered')
    note(deps, {...settled, serverAt: 5})
    expect(seen).toEqual({warnings: ['settled of nightly in the fleet is not recorded: no space left'], told: []})
  })

  test('is not said to be unwritable by a fault of guard’s own', () => {
    const fault = new TypeError('not a function')
    expect(() => note(host(fault).deps, settled)).toThrow(fault)
  })
})
