import {expect, test} from 'vitest'
import {outboxToJson, renderOutbox} from '../../../src/cli/render/outbox.js'
import type {OutboxState} from '../../../src/domain/delivery/outbox.js'
import {pipePage} from '../../support/page.js'

test('a message behind one that failed waits as long as that one', () => {
  const message = (id: string, nextMs: number) => ({
    ...{message: {id, title: `about ${id}`, atMs: 0}, attempts: 0, nextMs, changedMs: 0, fromMs: 0},
    ...{isOpen: false, isUncertain: false, lastReason: undefined, hasFallenBack: false},
  })
  const waiting = [message('first', 600_000), message('next', 0)]
  const queue = {waiting, dead: [], recent: [], held: [], heldCount: 0, heldUntilMs: 0, fuseAtMs: 0, sentAtMs: 0}
  const state = {channels: new Map([['ops', {...queue, lastFailure: undefined}]])} as unknown as OutboxState
  const lines = renderOutbox(pipePage({nowMs: 1000}), state).split('\n')
  expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
    'ops firs 1970-01-01 00:10:00Z about first',
    'ops next 1970-01-01 00:10:00Z about next',
  ])
  const {channels} = outboxToJson(state) as {channels: {waiting: {nextAt: string}[]}[]}
  expect(channels[0]?.waiting.map(({nextAt}) => nextAt)).toEqual(Array(2).fill('1970-01-01T00:10:00.000Z'))
})
