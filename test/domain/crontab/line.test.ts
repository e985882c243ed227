import {expect, test} from 'vitest'
import {parseCrontab, splitCommand} from '../../../src/domain/crontab/line.js'
import {withEdits, withoutEdits} from '../../../src/domain/crontab/marks.js'
import {lineCases} from '../../support/crontab-lines.js'
import {fc} from '../../support/properties.js'

const piece = fc.oneof(
  fc.constantFrom(...lineCases.map(({line}) => line)),
  fc.string({unit: fc.integer({min: 0, max: 255}).map((code) => String.fromCharCode(code)), maxLength: 30}),
)
const crontab = fc
  .tuple(fc.array(piece, {maxLength: 12}), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, isEnded]) => lines.join(end) + (isEnded && lines.length > 0 ? end : ''))

test('the lines of a crontab are the crontab, byte for byte', () => {
  fc.assert(
    fc.property(crontab, fc.boolean(), (bytes, hasUsers) => {
      const lines = parseCrontab(bytes, hasUsers)
      expect(lines.map((line) => line.bytes).join('')).toBe(bytes)
      for (const {bytes: line, view} of lines) {
        if (view.kind === 'job') expect(line.slice(view.commandAt).replace(/\n$/, '')).toBe(view.command)
      }
    }),
    {numRuns: 500},
  )
})

test('what was wrapped and added is taken back byte for byte', () => {
  fc.assert(
    fc.property(crontab, fc.boolean(), (bytes, addsLine) => {
      const lines = parseCrontab(bytes, false)
      const replaced = new Map(
        lines.flatMap(({bytes: line, view}, index) =>
          view.kind === 'job' && view.command !== ''
            ? [[index, `${line.slice(0, view.commandAt)}guard run --job j -- x`] as const]
            : [],
        ),
      )
      const added = addsLine ? [{name: 'watchdog', content: '* * * * * guard watchdog'}] : []
      const text = withEdits(lines, {replaced, added})
      expect(withoutEdits(parseCrontab(text, false), undefined)).toMatchObject({text: bytes, kept: []})
    }),
    {numRuns: 500},
  )
})

test('a line whose schedule was changed since stays as it is', () => {
  const text = '# guard-was: 0 5 * * * a\n0 6 * * * guard run --job a -- a\n'
  expect(withoutEdits(parseCrontab(text, false), undefined)).toEqual({
    text,
    restored: [],
    kept: [{number: 2, reason: 'its schedule was changed since'}],
  })
})

test.each(['@\t', '@\x0b\t', '-@daily ', '0 5 * * \xa0 ', '0 5 * * *\r '])(
  'a schedule is what cron takes for one, also in %j',
  (schedule) => {
    const text = `# guard-was: ${schedule}\ra\n${schedule}guard run --job a -- a\n`
    expect(withoutEdits(parseCrontab(text, false), undefined)).toMatchObject({text: `${schedule}\ra\n`, kept: []})
  },
)

test('a dash that was put before the schedule since keeps the line', () => {
  const text = '# guard-was: 0 5 * * * a\n-0 5 * * * guard run --job a -- a\n'
  expect(withoutEdits(parseCrontab(text, false), undefined)).toEqual({
    text,
    restored: [],
    kept: [{number: 2, reason: 'its schedule was changed since'}],
  })
})

const parted = (number: number) => `guard's comment on it, line ${number}, is no longer right above it`
test.each([
  ['# guard-was: 0 5 * * * a\n#0 5 * * * guard run --job a -- a\n', 2, 'it is commented out'],
  ['# guard-was: 0 5 * * * a\n # 0 5 * * * root guard run --job a -- a\n', 2, 'it is commented out'],
  ['# guard-was: 0 5 * * * a\n# a guard run b\n0 5 * * * guard run --job a -- a\n', 3, parted(1)],
  ['# guard-was: 0 5 * * * a\n\nA=b\n0 5 * * * guard run --job a -- a\n', 4, parted(1)],
  ['A=b\n# guard-added: a\n# guard run makes it\n0 5 * * * guard run a\n', 4, parted(2)],
])('%j: line %i stays, and why is said', (text, number, reason) => {
  const {kept, restored, ...rest} = withoutEdits(parseCrontab(text, false), undefined)
  expect({restored, ...rest}).toEqual({restored: [], text})
  expect(kept).toEqual([{number, reason: expect.stringContaining(reason)}])
})

test.each([
  '# guard-was: 0 5 * * * a\n0 5 * * * a\n0 6 * * * guard run b\n',
  '# guard-was: 0 5 * * * a\n',
  '# guard-was: 0 5 * * * a\n# guard-was: 0 5 * * * b\n0 5 * * * guard run b\n',
  '# guard-added: sweep\n\n0 6 * * * guard run b\n',
])('%j: a comment of guard whose line is gone says nothing of other lines', (text) => {
  expect(withoutEdits(parseCrontab(text, false), undefined).kept).toEqual([])
})

test('an added line that is commented out is taken away too', () => {
  const text = 'A=b\n# guard-added: watchdog\n#* * * * * guard watchdog\n'
  expect(withoutEdits(parseCrontab(text, false), undefined)).toMatchObject({text: 'A=b\n', kept: []})
})

test('flags that were added by hand since do not keep a line from being taken back', () => {
  const text = '# guard-was: 0 5 * * * a\n0 5 * * * guard run --timeout 4m --job a -- a\n'
  expect(withoutEdits(parseCrontab(text, false), undefined)).toMatchObject({text: '0 5 * * * a\n', kept: []})
})

test('only the wanted jobs are taken back', () => {
  const block = (name: string) => `# guard-was: @daily ${name}\n@daily guard run --job ${name} -- ${name}\n`
  const lines = parseCrontab(block('a') + block('b'), false)
  expect(withoutEdits(lines, (number) => number === 4).text).toBe(`${block('a')}@daily b\n`)
})

test.each([
  ['mail x%Hi%Bye', 'mail x', '%Hi%Bye'],
  ['date +\\%F%x', 'date +\\%F', '%x'],
  ['a \\\\%x', 'a \\\\', '%x'],
  ['a \\', 'a \\', ''],
])('%s: the first bare %% ends the command', (command, shell, input) => {
  expect(splitCommand(command)).toEqual({shell, input})
})
