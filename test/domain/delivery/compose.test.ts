import {expect, test} from 'vitest'
import {composeNews} from '../../../src/domain/delivery/compose.js'
import type {DueNews} from '../../../src/domain/delivery/decide.js'
import {unwatchedText} from '../../../src/domain/incident/orphans.js'
import {headline} from '../../../src/domain/message-text/headline.js'

function overOf(...well: readonly (readonly [job: string, reason: string])[]): string {
  const [job, reason] = well.at(-1) ?? []
  const group = {
    ...{key: 'cause', jobs: new Map(), told: new Map(), waiting: [], hasEnd: true, firstMs: 0, lastMs: 540_000},
    well: new Set(well.map(([name]) => name)),
    wellReason: `${job}: ${reason}`,
  }
  const due = {
    channel: 'ops',
    group,
    kind: 'recovery',
    why: 'over',
    news: [],
    level: 'INFO',
    told: undefined,
  } as DueNews
  return headline(composeNews(due, [], {id: 'm', host: 'h', nowMs: 600_000}))
}

test.each([
  ['RECOVERED: scan is well again after 9m', [['scan', 'healthy again: its last run ended well 0s ago']]],
  ['ENDED: scan is watched no longer after 9m', [['scan', unwatchedText]]],
  [
    'RECOVERED: 2 jobs are well again after 9m',
    [
      ['scan', 'healthy again'],
      ['load', 'healthy again'],
    ],
  ],
  [
    'ENDED: 2 jobs are in trouble no longer after 9m',
    [
      ['scan', 'healthy again'],
      ['load', unwatchedText],
    ],
  ],
] as const)('%s', (expected, well) => {
  expect(overOf(...well)).toBe(expected)
})
