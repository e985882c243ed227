import {describe, expect, test} from 'vitest'
import {decideNews} from '../../../src/domain/delivery/decide.js'
import {tellingAbout} from '../../../src/domain/delivery/group.js'
import {outboxFold} from '../../../src/domain/delivery/outbox.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {minute, outboxWorld} from '../../support/outbox-world.js'
import {fc} from '../../support/properties.js'

const at = 1_000_000
const stamp = {at, mono: 1, boot: 'b', host: 'h', id: 'r'}

function folded(...records: readonly RawRecord[]) {
  const state = outboxFold.empty()
  const verdicts = records.map((record) => outboxFold.apply(state, {...stamp, ...record}))
  return {state, verdicts}
}

const noted = (alert: number, token = 1) => ({
  kind: 'noted',
  token,
  alert,
  event: 'trouble',
  group: 'g',
  subject: 'a',
  channels: ['ops'],
  news: {job: 'a', level: 'CRITICAL', reason: 'r', sinceMs: at},
})

const message = (id: string) => ({
  id,
  channel: 'ops',
  group: 'g',
  kind: 'trouble',
  level: 'CRITICAL',
  title: 't',
  atMs: at,
  jobs: [],
  jobCount: 0,
  notes: [],
})
const pending = (id: string, more: object = {}) => ({kind: 'pending', token: 1, message: message(id), ...more})
const waiting = ({state}: ReturnType<typeof folded>) =>
  state.channels.get('ops')?.waiting.map((item) => item.message.id) ?? []

describe('the outbox', () => {
  test('takes an alert once (1)', () => {
    expect(folded(noted(1), noted(1), noted(2)).verdicts).toEqual(['ok', 'void', 'ok'])
  })

  test('takes nothing of an older deliverer (2)', () => {
    expect(folded(noted(1, 5), noted(2, 4), pending('m')).verdicts).toEqual(['ok', 'void', 'void'])
  })

  test('gives a message one end (3)', () => {
    const sent = {kind: 'sent', token: 1, message: 'm', receipt: {}}
    const {verdicts, state} = folded(pending('m'), {kind: 'attempted', token: 1, message: 'm'}, sent, sent)
    expect([verdicts, state.channels.get('ops')?.waiting]).toEqual([['ok', 'ok', 'ok', 'void'], []])
    expect(waiting(folded(pending('m'), pending('n', {replaces: ['m']})))).toEqual(['n'])
  })

  test('keeps what was given up for a retry by hand', () => {
    const failed = {kind: 'failed', token: 1, message: 'm', reason: 'no', final: true}
    const given = folded(pending('m'), failed)
    expect([waiting(given), given.state.channels.get('ops')?.dead.length]).toEqual([[], 1])
    expect(waiting(folded(pending('m'), failed, {kind: 'retried', message: 'm'}))).toEqual(['m'])
    expect(waiting(folded(pending('m'), {kind: 'dropped', message: 'm'}))).toEqual([])
  })

  test('is not harmed by any line', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('m', 'ops', 'g', 'a', 'trouble', 'recovered', 1, at))
    const keys = ['token', 'at', 'message', 'alert', 'event', 'group', 'subject', 'channels', 'news', 'told', 'channel']
    const line = fc.record(
      {
        kind: fc.constantFrom(
          'noted',
          'pending',
          'attempted',
          'sent',
          'failed',
          'suppressed',
          'dropped',
          'retried',
          'x',
        ),
        ...Object.fromEntries(keys.map((key) => [key, value])),
      },
      {requiredKeys: ['kind']},
    )
    fc.assert(
      fc.property(fc.array(line, {maxLength: 20}), (lines) => {
        const {state} = folded(noted(1), pending('m'), ...(lines as RawRecord[]))
        const policy = {groupWaitMs: 0, groupIntervalMs: 0, repeatMs: [1], recoveryWaitMs: 0}
        decideNews(state, {
          nowMs: at + 1,
          policyOf: () => policy,
          silences: new Map(),
          isKnown: () => true,
          badAtOf: () => undefined,
        })
      }),
    )
  })

  test('takes no line that guard has not stamped', () => {
    const state = outboxFold.empty()
    const line = {kind: 'noted', at, token: 9e15, alert: 9e15, event: 'none'}
    expect([outboxFold.apply(state, line), state.token, state.taken]).toEqual(['void', 0, 0])
  })

  test('keeps what the cap holds back when another channel sends its own digest by this one (5)', () => {
    const held = {kind: 'suppressed', token: 1, channel: 'ops', held: 'cap', title: 'x'}
    const digest = {...message('d'), kind: 'digest'}
    const {state} = folded(held, {kind: 'pending', token: 1, message: digest, copyOf: 'other'})
    expect(state.channels.get('ops')?.heldCount).toBe(1)
    expect(folded(held, {kind: 'pending', token: 1, message: digest}).state.channels.get('ops')?.heldCount).toBe(0)
  })

  test('of too many groups those that are over go before those in trouble', () => {
    const notices = Array.from({length: 2100}, (_, index) => ({
      ...noted(index + 2),
      event: 'notice',
      group: `n${index}`,
      subject: `s${index}`,
    }))
    const {state} = folded(noted(1), ...notices)
    expect([state.groups.has('g'), state.groups.size]).toEqual([true, 2000])
  })

  test('comes back from a snapshot as it was', async () => {
    const world = outboxWorld()
    world.trouble('a')
    world.notice('n')
    await world.pass(minute)
    world.receiver = () => ({ok: false, failure: 'transient', reason: 'away'})
    world.trouble('b', {failureClass: 'other'})
    await world.pass(minute)
    const state = world.outbox.read()
    expect(outboxFold.restore(JSON.parse(JSON.stringify(outboxFold.save(state))))).toEqual(state)
  })
})

describe('with kills at any moment', () => {
  test('nothing is lost, each channel keeps its order, and what arrives twice has one id', async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('trouble' as const),
        job: fc.constantFrom('a', 'b', 'c'),
        cause: fc.constantFrom('x', 'y'),
      }),
      fc.record({do: fc.constant('recover' as const), job: fc.constantFrom('a', 'b', 'c')}),
      fc.record({do: fc.constant('pass' as const), minutes: fc.integer({min: 0, max: 20})}),
    )
    const fate = fc.constantFrom('ok', 'ok', 'away', 'kill before', 'kill after')
    await fc.assert(
      fc.asyncProperty(fc.array(step, {maxLength: 25}), fc.array(fate, {maxLength: 30}), async (steps, fates) => {
        const world = outboxWorld()
        const left = [...fates]
        world.receiver = () => {
          const next = left.shift() ?? 'ok'
          if (next === 'away') return {ok: false, failure: 'transient', reason: 'away'}
          return next === 'ok' ? {ok: true, receipt: {}} : (next as 'kill before' | 'kill after')
        }
        const troubled = new Map<string, string>()
        for (const one of steps) {
          if (one.do === 'pass') await world.pass(one.minutes * minute)
          else if (one.do === 'recover') {
            if (troubled.delete(one.job)) world.recover(one.job)
          } else if (!troubled.has(one.job)) {
            troubled.set(one.job, one.cause)
            world.trouble(one.job, {failureClass: one.cause})
          }
        }
        for (const job of troubled.keys()) world.recover(job)
        await world.pass(120 * minute)
        const arrived = world.arrived.filter((one, index) => world.arrived[index - 1]?.id !== one.id)
        // Once each, in the order in which they were written.
        expect(new Set(arrived.map(({id}) => id)).size).toBe(arrived.length)
        expect(arrived.map(({atMs}) => atMs)).toEqual(arrived.map(({atMs}) => atMs).toSorted((x, y) => x - y))
        // All is well at the end, and each group that was told has heard it.
        expect(world.outbox.read().channels.get('ops')?.waiting ?? []).toEqual([])
        for (const group of new Set(arrived.map((one) => one.group)))
          expect(arrived.findLast((one) => one.group === group)?.kind).toBe('recovery')
      }),
      {numRuns: 60},
    )
  })
})

test('a channel was sent a message about a job by the last one written since its trouble, not by one that was kept back', () => {
  const told = {jobs: 1, level: 'CRITICAL', repeats: 0}
  const kept = {kind: 'suppressed', token: 1, channel: 'ops', group: 'g', messageKind: 'trouble', told, held: 'cap'}
  const {state} = folded(
    noted(1),
    {...pending('m', {told}), at: at + minute},
    {...noted(2), subject: 'b', at: at + 2 * minute},
    {...kept, at: at + 3 * minute},
  )
  const group = state.groups.get('g')
  const sentOf = (job: string) => {
    const [entry, to] = [group?.jobs.get(job), group?.told.get('ops')]
    return entry && to && tellingAbout(entry, 'ops', to)?.at
  }
  expect([sentOf('a'), sentOf('b')]).toEqual([at + minute, undefined])
})

test('a channel was told of a job when a message that knew of it arrived', () => {
  const told = {jobs: 1, level: 'CRITICAL', repeats: 0}
  const sent = (id: string, time: number) => ({kind: 'sent', token: 1, message: id, receipt: {}, at: time})
  const first = {...pending('m', {told}), at: at + minute}
  const both = [noted(1), first, {...noted(2), subject: 'b', at: at + 2 * minute}]
  const again = {...message('n'), atMs: at + 4 * minute}
  const tellings = (...more: readonly RawRecord[]) => {
    const group = folded(...both, sent('m', at + 3 * minute), ...more).state.groups.get('g')
    const to = group?.told.get('ops')
    return ['a', 'b'].map((job) => {
      const entry = group?.jobs.get(job)
      return entry && to && tellingAbout(entry, 'ops', to)
    })
  }
  const early = {at: at + 3 * minute, hasArrived: true}
  expect(tellings()).toEqual([early, undefined])
  const waits = {...pending('n', {told, message: again}), at: at + 4 * minute}
  expect(tellings(waits)).toEqual([early, {at: at + 4 * minute, hasArrived: false}])
  const late = {at: at + 9 * minute, hasArrived: true}
  expect(tellings(waits, sent('n', at + 9 * minute))).toEqual([late, late])
})
