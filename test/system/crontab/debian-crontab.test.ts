import {writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {judgeLine, unendedLine} from '../../../src/domain/crontab/judge-line.js'
import {parseCrontab} from '../../../src/domain/crontab/line.js'
import {lineCases} from '../../support/crontab-lines.js'
import {crontabObstacle, withoutCrontabs} from '../../support/crontab-space.js'
import {fc} from '../../support/properties.js'
import {createSandbox, type Sandbox} from '../../support/sandbox.js'

/** Judged beside Debian's own `crontab -n`. */

const title = (text: string) => `${text}${crontabObstacle === undefined ? '' : ` (${crontabObstacle})`}`

/** Which of the lines Debian's crontab refuses, each as a crontab of its own. */
async function refusedByDebian(
  box: Sandbox,
  lines: readonly string[],
  textOf = (line: string) => `${line}\n`,
): Promise<readonly string[]> {
  for (const [index, line] of lines.entries()) {
    const file = box.write(`lines/${`${index}`.padStart(4, '0')}`, '')
    writeFileSync(file, textOf(line), 'latin1')
  }
  const {stdout, stderr} = await box.sh(
    withoutCrontabs('for file in lines/*; do crontab -n "$file" >/dev/null 2>&1 && echo 0 || echo 1; done'),
  )
  const codes = stdout.trim().split('\n')
  expect({count: codes.length, stderr}).toEqual({count: lines.length, stderr: ''})
  return lines.filter((_, index) => codes[index] === '1')
}

function refusedByGuard(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => {
    const [parsed] = parseCrontab(`${line}\n`, false)
    return parsed && judgeLine('debian', parsed).wrong?.startsWith('refused')
  })
}

test.skipIf(crontabObstacle !== undefined)(
  title("what is told as refused is what Debian's crontab refuses"),
  async () => {
    const lines = lineCases.filter(({hasUsers}) => !hasUsers).map(({line}) => line)
    expect(refusedByGuard(lines)).toEqual(await refusedByDebian(createSandbox(), lines))
  },
)

const value = fc.constantFrom('0', '1', '5', '07', '23', '24', '31', '59', '60', 'mon', 'SUN', 'jan', 'Dec', 'x', '')
const join = fc.constantFrom('-', '/', '~', '#', ',', '?', '*', 'L')
const item = fc.oneof(
  fc.constant('*'),
  value,
  fc.tuple(fc.oneof(value, fc.constant('*')), join, value).map((parts) => parts.join('')),
  fc.tuple(value, join, value, join, value).map((parts) => parts.join('')),
)
const field = fc.oneof(
  item,
  fc.tuple(item, item).map((items) => items.join(',')),
)

test.skipIf(crontabObstacle !== undefined)(
  title("a field of any form is refused here where Debian's crontab refuses it"),
  async () => {
    const fields = fc.sample(fc.tuple(field, fc.nat({max: 4})), {numRuns: 400, seed: 16})
    const seen = ['* * * Dec-1,-SUN * a', '* * 24-5,Dec * * a']
    const lines = [
      ...seen,
      ...fields.map(([text, place]) => `${['*', '*', '*', '*', '*'].with(place, text).join(' ')} a`),
    ]
    const refused = await refusedByDebian(createSandbox(), lines)
    expect(refusedByGuard(lines)).toEqual(refused)
    expect(refused.length).toBeGreaterThan(50)
    expect(lines.length - refused.length).toBeGreaterThan(50)
  },
  60_000,
)

const character = fc.constantFrom(...'Ab"\'= \t\r\v\f#0*@-')
const around = fc.string({unit: character, maxLength: 5})

test.skipIf(crontabObstacle !== undefined)(
  title("a line that sets a variable in any form is refused here where Debian's crontab refuses it"),
  async () => {
    const seen = ['A"B=c', "A'B=c", 'A"=b', '"A=b"=c', '"A B"=c', `A"${'='.repeat(3)}`]
    const parts = fc.sample(fc.tuple(around, around), {numRuns: 600, seed: 7})
    const lines = [...seen, ...parts.map((sides) => sides.join('='))]
    const refused = await refusedByDebian(createSandbox(), lines)
    expect(refusedByGuard(lines)).toEqual(refused)
    expect(refused.length).toBeGreaterThan(100)
    expect(lines.length - refused.length).toBeGreaterThan(100)
  },
  60_000,
)

test.skipIf(crontabObstacle !== undefined)(
  title("a last line without its newline is refused here where Debian's crontab refuses it"),
  async () => {
    const last = [
      '',
      ' ',
      '\t',
      '\r',
      '# c',
      ' # c',
      '# c\r',
      '0 5 * * * a',
      '@daily a',
      '0 5 * * *',
      'A=b',
      'A="b"',
      ' A=b ',
    ]
    const textOf = (line: string) => `@daily a\n${line}`
    const refused = await refusedByDebian(createSandbox(), last, textOf)
    expect(last.filter((line) => unendedLine(parseCrontab(textOf(line), false)))).toEqual(refused)
    expect(refused).toContain('A=b')
  },
)
