import {describe, expect, test} from 'vitest'
import {mailOf} from '../../../src/domain/message-text/mail.js'
import {plainBody, plainLine, plainText} from '../../../src/domain/message-text/plain.js'
import {slackMessage} from '../../../src/domain/message-text/slack-blocks.js'
import {telegramHtml, telegramLimit} from '../../../src/domain/message-text/telegram-html.js'
import {hostileMessage, jobNews, recoveryMessage, stormMessage, troubleMessage} from '../../support/messages.js'
import {fc} from '../../support/properties.js'
import {markupProblem} from '../../support/telegram-stand-in.js'

const options = {timezone: 'Europe/Berlin', limitBytes: 100_000}

/** Texts that break what cuts and what escapes carelessly. */
const hostileText = fc.oneof(
  fc.string({unit: 'binary', maxLength: 3000}),
  fc
    .array(fc.constantFrom('<b>', '&amp;', '&', '<', '>', '😀', '\ud83d', '\n', '```', 'a', '"'), {maxLength: 3000})
    .map((pieces) => pieces.join('')),
  fc.constantFrom('&', '<', '😀', '```').map((piece) => piece.repeat(30_000)),
)

describe('a message about one job', () => {
  test('says state, job, host, how it ended, why, what was tried, the last lines, and where to look', () => {
    expect(plainText(troubleMessage(), options)).toBe(`CRITICAL: backup failed on web1
Job: backup on web1
What: failed three times in a row
Outcome: failed (connection), 3 times in a row, took 12s

Error:
  connect ECONNREFUSED 10.0.0.5:5432
Tried: restarted postgres; cleared 2 stale locks

Last lines:
  opening the database
  if (a < b && c > d) retry
  connect ECONNREFUSED 10.0.0.5:5432
Trouble since: 2026-11-29 05:20:11 UTC+1
Last good run: 2026-11-29 04:20:11 UTC+1
Run: Run_0123-abc

More: guard why backup`)
  })

  test('of a part of guard says what it is about, and of no trouble that lasts', () => {
    const {level, reason, sinceMs} = jobNews()
    const message = troubleMessage({
      kind: 'notice',
      jobs: [{job: 'settings', level, reason, sinceMs}],
      command: undefined,
    })
    expect(plainBody(message, {...options, timezone: 'UTC'})).toBe(`About: settings on web1
What: failed three times in a row
When: 2026-11-29 04:20:11 UTC`)
  })

  test('leaves out what is not known', () => {
    const {job, level, reason, sinceMs} = jobNews()
    const message = troubleMessage({jobs: [{job, level, reason, sinceMs}], command: undefined})
    expect(plainBody(message, {...options, timezone: 'UTC'})).toBe(`Job: backup on web1
What: failed three times in a row
Trouble since: 2026-11-29 04:20:11 UTC`)
  })

  test('that ends it says how long it has lasted and since when the job is healthy', () => {
    const text = plainText(recoveryMessage(), options)
    expect(text).toContain('RECOVERED: backup is healthy again\n')
    expect(text).toContain('Trouble lasted: 2h 5m\n')
    expect(text).toContain('Healthy since: 2026-11-29 06:20:11 UTC+1\n')
  })

  test('that is late says by how much', () => {
    const text = plainText(troubleMessage({lateMs: 3_900_000, notes: ['It replaces 3 messages.']}), options)
    expect(text).toContain('Late: by 1h 5m; written 2026-11-29 06:20:11 UTC+1')
    expect(text).toContain('\nIt replaces 3 messages.\n')
  })
})

test('one long text leaves room for all others', () => {
  const job = jobNews({job: 'j'.repeat(60_000), reason: 'r'.repeat(60_000), errorLine: 'e'.repeat(60_000)})
  const html = telegramHtml(troubleMessage({jobs: [job], title: 't'.repeat(60_000)}), 'UTC')
  for (const label of ['Job', 'What', 'Outcome', 'Error', 'Tried', 'Trouble since', 'Last good run', 'More']) {
    expect(html).toContain(`<b>${label}:</b>`)
  }
})

describe('a message about many jobs', () => {
  test('says count, cause, first and last, and ten names', () => {
    const text = plainText(
      stormMessage({jobs: Array.from({length: 12}, (_, i) => jobNews({job: `job-${i}`}))}),
      options,
    )
    expect(text).toContain('Jobs: 500 on web1\nCause: connect ECONNREFUSED :5432\n')
    expect(text).toContain('First: 2026-11-29 06:19:11 UTC+1\nLast: 2026-11-29 06:20:11 UTC+1\n')
    expect(text.match(/ {2}job-\d+: /g)).toHaveLength(10)
    expect(text).toContain('\n  and 490 more\n')
  })
})

describe('Telegram', () => {
  test('gets what jobs print without markup of theirs', () => {
    const html = telegramHtml(troubleMessage(), 'UTC')
    expect(html).toContain('<b>Outcome:</b> failed (connection), 3 times in a row, took 12s\n')
    expect(html).toContain('if (a &lt; b &amp;&amp; c &gt; d) retry')
    expect(html).toContain('<b>More:</b> <code>guard why backup</code>')
  })

  test('gets at most 4,096 UTF-16 units, no tag, no entity and no letter cut', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const message of [hostileMessage(text), stormMessage({title: text, notes: [text, text, text]})]) {
          const html = telegramHtml(message, 'UTC')
          expect(html.length).toBeLessThanOrEqual(telegramLimit)
          expect(html).not.toMatch(/\p{Cs}|[^\P{Cc}\n]/u)
          expect(markupProblem(html)).toBeUndefined()
        }
      }),
      {numRuns: 60},
    )
  })

  test('gets the headline and the command, and of the last lines the last ones, however long they are', () => {
    const lastLines = [...Array.from({length: 500}, (_, index) => `line ${index} ${'.'.repeat(20)}`), 'the very last']
    const html = telegramHtml(troubleMessage({jobs: [jobNews({lastLines})]}), 'UTC')
    expect(html).toMatch(/^<b>CRITICAL: backup failed on web1<\/b>\n/)
    expect(html).toContain('the very last</pre>')
    expect(html).toMatch(/<code>guard why backup<\/code>$/)
    expect(html.length).toBeGreaterThan(4000)
  })
})

interface Block {
  readonly type: string
  readonly text: {readonly type: string; readonly text: string}
}

test('Slack gets blocks within its limits, in which nothing of a job is markup', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const {blocks} = slackMessage(hostileMessage(text), 'UTC') as {readonly blocks: readonly Block[]}
      expect(blocks.length).toBeLessThanOrEqual(50)
      for (const block of blocks) {
        expect(block.text.text.length).toBeGreaterThan(0)
        expect(block.text.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000)
        expect(block.text.text).not.toMatch(/\p{Cs}/u)
        if (block.text.type !== 'mrkdwn') continue
        expect(block.text.text).toMatch(/^\*[\w ]+\*\n```[^<>]*```$/)
        expect(block.text.text.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&')
      }
    }),
    {numRuns: 60},
  )
})

test('a mail has one line of subject, a text, and HTML in which nothing of a job is markup', () => {
  const {subject, text, html} = mailOf(hostileMessage('<script>\r\nx: y & z'), 'UTC')
  expect(subject).toBe('CRITICAL: <script> x: y & z')
  expect(text).toContain('What: <script> x: y & z\n')
  expect(html).not.toContain('<script>')
  expect(html).toContain('&lt;script&gt; x: y &amp; z')
})

test('a plain text keeps to its limit in bytes', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({min: 200, max: 5000}), (text, limitBytes) => {
      for (const render of [plainText, plainBody, plainLine]) {
        const plain = render(hostileMessage(text), {timezone: 'UTC', limitBytes})
        expect(Buffer.byteLength(plain)).toBeLessThanOrEqual(limitBytes)
      }
      expect(plainLine(hostileMessage(text), {timezone: 'UTC', limitBytes})).not.toContain('\n')
    }),
    {numRuns: 60},
  )
})

test('marks that change the direction of writing are left out', () => {
  expect(plainText(troubleMessage({title: 'a\u202Eb\u2066c'}), options)).toContain('CRITICAL: abc\n')
})

test('a time that is none is said to be unknown', () => {
  expect(plainText(stormMessage({firstMs: Number.NaN, lastMs: 1e300}), options)).toContain(
    'First: unknown\nLast: unknown\n',
  )
})
