import {appendFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {type AlertsState, alertEntry, alertsFold, toldAsTroubleOf} from '../../../src/domain/alert/alert.js'
import {type OutboxState, outboxFold} from '../../../src/domain/delivery/outbox.js'
import type {Journal} from '../../../src/journal/journal.js'
import {openJournal} from '../../../src/journal/open.js'
import {takeAlerts} from '../../../src/usecases/alert/take-alerts.js'
import {tempDir} from '../../support/temp-dir.js'

/** Which alerts are new is known by number, so the journals are real files here: they are compacted, emptied, shortened. */

const day = 86_400_000

interface World {
  readonly dir: string
  readonly alerts: Journal<AlertsState>
  readonly outbox: Journal<OutboxState>
  nowMs: number
  raise(message: string): void
  /** Takes what is new. @returns its texts */
  take(): Promise<readonly string[]>
}

function world(retentionMs = 90 * day): World {
  const dir = tempDir()
  mkdirSync(join(dir, '.gen'))
  let id = 0
  const stamp = () => ({v: 1, id: `r${++id}`, at: self.nowMs, mono: self.nowMs, boot: 'b', host: 'h'}) as const
  const limit = {bytes: 1000, records: 10, timesSnapshot: 0}
  const common = {limit, retention: {maxAgeMs: retentionMs, maxBytes: 1_000_000}}
  const self: World = {
    dir,
    nowMs: Date.now(),
    alerts: openJournal(dir, {name: 'alerts', fold: alertsFold, ...common}, stamp),
    outbox: openJournal(dir, {name: 'deliveries', fold: outboxFold, ...common}, stamp),
    raise: (message) => {
      self.nowMs += 1
      const alert = {level: 'WARNING', component: 'backup', message, details: {}} as const
      self.alerts.append(alertEntry(alert, self.nowMs), 'buffered')
      self.alerts.compactIfDue()
    },
    take: async () => {
      const taken: string[] = []
      await takeAlerts({
        ...self,
        readSettings: async () => false,
        routesOf: () => ({routes: [], settingsFile: undefined}),
        hasChannel: () => true,
        enrich: async () => ({}),
        now: () => self.nowMs,
        write: (entry) => {
          const {verdict} = self.outbox.append({...entry, token: 1}, 'buffered')
          const {news, reason} = entry as {readonly news?: {readonly reason: string}; readonly reason?: string}
          if (entry.kind === 'noted') taken.push(news?.reason ?? `- ${reason}`)
          self.outbox.compactIfDue()
          return verdict !== 'void'
        },
      })
      return taken
    },
  }
  return self
}

const texts = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => `text ${from + index}`)

describe('an alert is taken once', () => {
  test('however often the journals are compacted and whatever retention removes', async () => {
    const box = world(day)
    const taken: string[] = []
    for (let number = 1; number <= 200; number++) {
      box.raise(`text ${number}`)
      box.nowMs += day / 20
      if (number % 7 === 0) taken.push(...(await box.take()))
    }
    taken.push(...(await box.take()))
    expect(taken).toEqual(texts(1, 200))
    expect([...box.alerts.records()].length).toBeLessThan(200)
  })

  test('also if another program has written it, before guard wrote any or into a generation that was sealed meanwhile', async () => {
    const box = world()
    const foreign = (text: string) => `${JSON.stringify({level: 'WARNING', message: text})}\n`
    writeFileSync(join(box.dir, 'alerts.jsonl'), foreign('text 1'))
    expect(await box.take()).toEqual(['text 1'])
    for (const text of texts(2, 30)) box.raise(text)
    expect(await box.take()).toEqual(texts(2, 30))
    const oldest =
      readdirSync(join(box.dir, '.gen'))
        .filter((file) => file.startsWith('alerts'))
        .sort()[0] ?? ''
    appendFileSync(join(box.dir, '.gen', oldest), foreign('late'))
    for (const text of texts(31, 60)) box.raise(text)
    expect((await box.take()).toSorted()).toEqual(['late', ...texts(31, 60)])
    expect(await box.take()).toEqual([])
  })

  test.each([
    ['in its first generation', 4, 3],
    ['in its first generation, and has more lines than before', 2, 6],
    ['after a snapshot', 36, 2],
    ['after a snapshot, and has as many lines as before', 36, 30],
  ])('if the journal of the alerts is emptied %s', async (_, before, after) => {
    const box = world()
    for (const text of texts(1, before)) box.raise(text)
    expect(await box.take()).toEqual(texts(1, before))
    truncateSync(join(box.dir, 'alerts.jsonl'))
    for (const text of texts(101, 100 + after)) box.raise(text)
    expect(await box.take()).toEqual(texts(101, 100 + after))
    box.raise('the next')
    expect(await box.take()).toEqual(['the next'])
    expect(await box.take()).toEqual([])
  })
})

test('what was raised more than a day before the first channel is set up is history, trouble that lasts is not', async () => {
  const box = world()
  box.raise('long ago')
  const trouble = {event: 'trouble', verdict: 'stalled'}
  const alert = {
    level: 'CRITICAL',
    component: 'watchdog',
    message: 'a stands still',
    details: trouble,
    job: 'a',
  } as const
  box.alerts.append(alertEntry(alert, box.nowMs), 'buffered')
  box.nowMs += 2 * day
  box.raise('now')
  expect(await box.take()).toEqual(['- raised more than a day before it could be sent', 'a stands still', 'now'])
})

test('a line with any values is taken, and its texts are legible', async () => {
  const box = world()
  const lines = [
    {
      level: 'warning',
      message: `\u001b[31m${'x'.repeat(60_000)}`,
      job: 'j'.repeat(60_000),
      component: 'c'.repeat(60_000),
    },
    {level: 'CRITICAL', message: 'half \ud83d and \udc00', job: 5, key: 7, details: 'text'},
    {
      level: 'INFO',
      message: '<b>&amp;</b>\n\u0000\u202e{"a":1}',
      key: null,
      details: {class: 3, errorLine: {}, opened_at: 9},
    },
    {
      level: 'CRITICAL',
      message: 'm',
      job: 'k'.repeat(60_000),
      details: {event: 'trouble', class: {}, errorLine: 'e'.repeat(60_000)},
    },
    {level: 'CRITICAL', message: '', component: '\u0007'},
    {level: 5, message: 'no level'},
    {level: 'INFO', message: 6},
  ]
  writeFileSync(join(box.dir, 'alerts.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const taken = await box.take()
  expect(taken.map((text) => text.length)).toEqual([400, expect.any(Number), expect.any(Number), 1, 7, 28, 28])
  expect(taken.slice(1, 3)).toEqual(['half \ufffd and \ufffd', '<b>&amp;</b> {"a":1}'])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
  expect(JSON.stringify([...box.outbox.read().groups])).not.toMatch(/[\u0000-\u001f]|\\u00|\\ud8/)
})

test('what is told as the trouble of a job is not told as a notice, too', async () => {
  const box = world()
  const details = {[toldAsTroubleOf]: ['a', 'b']}
  const alert = {level: 'WARNING', component: 'settings', message: 'two jobs are wrong', details} as const
  box.alerts.append(alertEntry(alert, box.nowMs), 'buffered')
  expect(await box.take()).toEqual(['- told as the trouble of a, b'])
})
