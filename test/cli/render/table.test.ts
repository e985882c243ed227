import stringWidth from 'fast-string-width'
import {describe, expect, test} from 'vitest'
import {pageOf} from '../../../src/cli/render/page.js'
import {cutLine, indentedLines, renderTable} from '../../../src/cli/render/table.js'
import {timeText, whenText, zoneText} from '../../../src/cli/render/times.js'
import {pipePage, terminalPage} from '../../support/page.js'

const at = Date.UTC(2026, 10, 28, 12)
const terminal = (width: number) => terminalPage({width, nowMs: at})
const pipe = pipePage({nowMs: at})

const why = 'its last run failed 6s ago (connection, ConnectionError: connection refused by db.example.com)'
const rows = [
  {cells: ['backup', 'failing', why], notes: ['incident opened']},
  {cells: ['ok', 'healthy', 'its last run ended well 4s ago']},
]

describe('in a pipe', () => {
  test('each row is one line, with its notes below, without headings', () => {
    expect(renderTable(pipe, ['JOB', 'VERDICT', 'WHY'], rows).split('\n')).toEqual([
      `backup  failing  ${why}`,
      '  incident opened',
      'ok      healthy  its last run ended well 4s ago',
    ])
  })

  test('times are absolute, with their zone', () => {
    expect(whenText(pipe, at - 5000)).toBe('2026-11-28 11:59:55Z')
  })
})

test('columns count wide letters twice', () => {
  const wide = [{cells: ['漢字', 'failing', 'a']}, {cells: ['name', 'healthy', 'b']}]
  expect(renderTable(terminal(60), [], wide).split('\n')).toEqual(['漢字  failing  a', 'name  healthy  b'])
})

describe('on a terminal', () => {
  test.each([60, 80, 120, 200])('of %i columns no line is longer, and no word is broken', (width) => {
    const text = renderTable(terminal(width), ['JOB', 'VERDICT', 'WHY'], rows)
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
    for (const word of why.split(' ')) expect(text).toContain(word)
    expect(text).toMatch(/JOB.*VERDICT.*WHY/)
  })

  test('a long text goes on below its beginning', () => {
    const lines = renderTable(terminal(60), ['JOB', 'VERDICT', 'WHY'], rows).split('\n')
    expect(lines.slice(1, 5)).toEqual([
      'backup  failing  its last run failed 6s ago (connection,',
      '                 ConnectionError: connection refused by',
      '                 db.example.com)',
      '    incident opened',
    ])
  })

  test('a name that is longer than its column has a line of its own', () => {
    const long = {cells: ['a_name_that_is_much_longer_than_its_column', 'failing', 'no']}
    expect(
      renderTable(terminal(60), [], [long, rows[1] ?? long])
        .split('\n')
        .slice(0, 2),
    ).toEqual(['a_name_that_is_much_longer_than_its_column', '                          failing  no'])
  })

  test('a word that is longer than a line is broken, below the other columns', () => {
    const word = 'x'.repeat(100)
    expect(renderTable(terminal(60), [], [{cells: ['job', 'failed', `exit 1; ${word}`]}]).split('\n')).toEqual([
      'job  failed',
      `    exit 1; ${'x'.repeat(46)}`,
      `      ${'x'.repeat(54)}`,
    ])
    for (const line of indentedLines(terminal(60), `failing: ${word}`, 4)) expect(line.length).toBeLessThanOrEqual(60)
  })

  test('the text stands below where there is no room beside the other columns', () => {
    const cells = ['job', 'x'.repeat(50), 'a text of some words that is not short']
    expect(renderTable(terminal(60), [], [{cells}]).split('\n')).toEqual([
      `job  ${'x'.repeat(50)}`,
      '    a text of some words that is not short',
    ])
  })

  test('recent times are relative, others absolute with the zone in a heading', () => {
    const page = terminal(80)
    expect(whenText(page, at - 5000)).toBe('5s ago')
    expect(whenText(page, at - 61 * 60_000)).toBe('1h ago')
    expect(whenText(page, at + 10 * 60_000)).toBe('in 10m')
    expect(whenText(page, at - 2 * 86_400_000)).toBe('2026-11-26 12:00:00')
    expect(zoneText(page)).toBe('UTC')
  })
})

test('a terminal is taken for one of 60 to 200 columns', () => {
  expect(pageOf({isTTY: true, columns: 20}, false).width).toBe(60)
  expect(pageOf({isTTY: true, columns: 400}, false).width).toBe(200)
  expect(pageOf({}, false)).toMatchObject({isTerminal: false, width: 80})
})

test('times are in the zone of the machine unless UTC is asked for', () => {
  const minutes = -new Date(at).getTimezoneOffset()
  const local = new Date(at + minutes * 60_000).toISOString().replace('T', ' ').slice(0, 19)
  expect(timeText({...terminal(80), utc: false}, at)).toBe(local)
  expect(timeText(terminal(80), at)).toBe('2026-11-28 12:00:00')
})

test('a line is cut by the columns that it takes, and letters that take two are not halved', () => {
  expect(cutLine(terminal(60), '漢字漢字', 8)).toBe('漢字漢字')
  const cut = cutLine(terminal(60), `ab 漢字${'漢'.repeat(40)}`, 8)
  expect(cut).toMatch(/^ab 漢字[…>]$/)
  expect(cutLine(terminal(60), 'one two three four', 10)).toMatch(/^one two t[…>]$/)
  expect(cutLine(terminal(60), '🙂'.repeat(10), 7)).toMatch(/^🙂🙂🙂[…>]$/u)
  expect(cutLine(pipe, 'as it is', Number.POSITIVE_INFINITY)).toBe('as it is')
})
