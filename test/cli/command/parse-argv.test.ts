import {join} from 'node:path'
import {Parser} from '@oclif/core'
import fastGlob from 'fast-glob'
import {describe, expect, test} from 'vitest'
import retry from '../../../commands/retry.js'
import run from '../../../commands/run.js'
import type {GuardCommand} from '../../../src/cli/command/definition.js'
import {type Flag, takesValue} from '../../../src/cli/command/flag.js'
import {oclifCommand} from '../../../src/cli/command/oclif-command.js'
import {noTarget, parseArgv} from '../../../src/cli/command/parse-argv.js'
import {shieldTarget, splitArgv, unshieldTarget} from '../../../src/cli/command/split-argv.js'
import {fc} from '../../support/properties.js'

/** Plain calls are read without oclif, and no caller may be able to tell. */

const folder = join(import.meta.dirname, '../../../commands')
const commands = await Promise.all(
  fastGlob
    .sync('**/*.ts', {cwd: folder})
    .sort()
    .map(async (file) => ({
      name: file.replace(/\.ts$/, '').replace('/', ' '),
      command: ((await import(join(folder, file))) as {default: GuardCommand}).default,
    })),
)

const words: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('5s', '0', '10m', '1.5h', 'soon', '', '-1', '-x', '--', 'skip', 'name', 'a b', '99', '1e3', '=', '-'),
  fc.string({maxLength: 6}),
)

function odd(names: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...names).map((name) => `--${name}`),
    fc.tuple(fc.constantFrom(...names), words).map(([name, value]) => `--${name}=${value}`),
    fc.constantFrom(
      '--no-such',
      '--help',
      '-j',
      '--jo',
      '---',
      '--job=',
      '--no-json',
      '--__proto__',
      '--constructor=1',
    ),
  )
}

/** A flag with a value of its kind. */
function sensible([name, flag]: [string, Flag]): fc.Arbitrary<string[]> {
  if (flag.type === 'boolean') return fc.constant([`--${name}`])
  return sensibleValue(flag).chain((text) => fc.constantFrom([`--${name}`, text], [`--${name}=${text}`]))
}

function sensibleValue(flag: Flag): fc.Arbitrary<string> {
  switch (flag.type) {
    case 'duration':
      return fc.constantFrom('500ms', '30s', '10m', '2', '0', '1.5h')
    case 'integer':
      return fc.nat({max: 999}).map(String)
    case 'share':
      return fc.constantFrom('0', '0.5', '1', '1.5')
    default:
      return fc.constantFrom(...((flag.type === 'text' && flag.choices) || ['name', 'a=b', 'a b', '/x/y']))
  }
}

function argvsOf({flags, takesProgram}: GuardCommand): fc.Arbitrary<string[]> {
  const own = fc.array(
    fc.oneof(
      {weight: 4, arbitrary: fc.constantFrom(...Object.entries(flags)).chain(sensible)},
      {weight: 2, arbitrary: fc.constantFrom('name', 'other').map((word) => [word])},
      odd(Object.keys(flags)).map((word) => [word]),
      words.map((word) => [word]),
    ),
    {maxLength: 5},
  )
  if (!takesProgram) return own.map((parts) => parts.flat())
  const targets = fc.oneof(
    fc.array(words, {maxLength: 4}).map((rest) => ['--', ...rest]),
    fc.array(fc.oneof(words, odd(Object.keys(flags))), {maxLength: 4}).map((rest) => ['job.sh', ...rest]),
  )
  return fc.tuple(own, targets).map(([parts, target]) => [...parts.flat(), ...target])
}

/** oclif changes the order of words that are given twice. */
function sorted<T extends {readonly rest: readonly string[]}>(call: T): T {
  return {...call, rest: call.rest.toSorted()}
}

const env = {GUARD_STATE_DIR: '/of/the/environment'}

async function parsedByOclif(command: GuardCommand, argv: readonly string[]) {
  const takes = (name: string) => takesValue(command.flags, name)
  const split = command.takesProgram && splitArgv(shieldTarget(argv, takes), takes)
  const {flags: known, args: wanted, strict} = oclifCommand(command)
  const {
    flags,
    args,
    argv: given,
  } = await Parser.parse([...(split ? split.own : argv)], {
    flags: known,
    args: wanted,
    strict,
    '--': true,
  })
  return {
    flags,
    args,
    rest: command.rest ? (given as string[]) : [],
    target: split ? unshieldTarget(split.target) : noTarget,
  }
}

describe('the parser of plain calls', () => {
  test.each(commands)('reads what it accepts of $name as oclif does', async ({command}) => {
    const former = process.env['GUARD_STATE_DIR']
    process.env['GUARD_STATE_DIR'] = env.GUARD_STATE_DIR
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(argvsOf(command), async (argv) => {
        const plain = parseArgv(command, argv, env)
        if (!plain) return
        accepted += 1
        expect(sorted(await parsedByOclif(command, argv))).toEqual(sorted(plain))
      }),
      {numRuns: command === run ? 2000 : 300},
    )
    if (former === undefined) delete process.env['GUARD_STATE_DIR']
    else process.env['GUARD_STATE_DIR'] = former
    const isDemanding = Object.values(command.flags).some(({required, exactlyOne}) => required ?? exactlyOne)
    expect(accepted).toBeGreaterThan(isDemanding ? 0 : 10)
  })

  test('accepts what stands in crontabs', () => {
    expect(parseArgv(run, ['--job', 'j', '--timeout=5m', '--quiet', 'job.py', '--flag'], {})).toEqual({
      flags: {job: 'j', timeout: 300_000, quiet: true},
      args: {},
      rest: [],
      target: {form: 'script', argv: ['job.py', '--flag']},
    })
    expect(parseArgv(run, ['--', 'echo', '--job', 'x'], {})?.target).toEqual({
      form: 'command',
      argv: ['echo', '--job', 'x'],
    })
    expect(parseArgv(retry, ['--delay', '1s', '--', 'curl', '-f'], {})).toMatchObject({
      flags: {delay: 1000, attempts: 4},
      target: {argv: ['curl', '-f']},
    })
  })

  test.each([
    ['an unknown flag', ['--nonsense', 'job.py']],
    ['help', ['--help']],
    ['nothing to run', ['--quiet']],
    ['a flag given twice', ['--job', 'a', '--job', 'b', 'job.py']],
    ['a bad duration', ['--timeout', 'soon', 'job.py']],
    ['a value that looks like a flag', ['--job', '--quiet', 'job.py']],
  ])('leaves %s to oclif', (_, argv) => {
    expect(parseArgv(run, argv, {})).toBeUndefined()
  })
})

describe('the arguments of a job', () => {
  const takes = (name: string) => takesValue(run.flags, name)

  test('are the same with the shield and without it', () => {
    fc.assert(
      fc.property(argvsOf(run), (argv) => {
        expect(unshieldTarget(splitArgv(shieldTarget(argv, takes), takes).target)).toEqual(
          splitArgv(argv, takes).target,
        )
      }),
    )
  })

  test('are cut where the job begins', () => {
    fc.assert(
      fc.property(argvsOf(run), (argv) => {
        const {own, target} = splitArgv(argv, takes)
        const cut = target.form === 'command' ? ['--'] : []
        expect([...own, ...cut, ...target.argv]).toEqual(argv)
      }),
    )
  })
})

test.each(commands)('the summary of guard $name fits on a line of 80 columns', ({command}) => {
  expect(command.summary.length).toBeLessThanOrEqual(80)
})
