import {Parser} from '@oclif/core'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import Run from '../../../commands/run.js'
import {fastParse} from '../../../src/cli/start/parse-run-args.js'
import {type RunOption, runOptions, runTakesValue, splitRunArgv} from '../../../src/cli/start/run-options.js'
import {shieldTarget, unshieldTarget} from '../../../src/cli/start/split-argv.js'

/** Plain calls are read without oclif; nobody must be able to tell. */

const names = Object.keys(runOptions)
const words: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '5s',
    '0',
    '10m',
    '1.5h',
    'soon',
    '',
    '-1',
    '-x',
    '--',
    'skip',
    'wait',
    'name',
    'a b',
    '99',
    '1e3',
    '=',
  ),
  fc.string({maxLength: 6}),
)
const flag: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...names).map((name) => `--${name}`),
  fc.tuple(fc.constantFrom(...names), words).map(([name, value]) => `--${name}=${value}`),
  fc.constantFrom('--no-such', '--help', '-j', '--jo', '---', '--job=', '--no-json', '--__proto__', '--constructor=1'),
)
/** Mostly sensible flags with values of their kind, and anything else in between. */
const sensible: fc.Arbitrary<string[]> = fc
  .constantFrom(...Object.entries<RunOption>(runOptions))
  .chain(([name, {type, choices}]): fc.Arbitrary<string[]> => {
    if (type === 'boolean') return fc.constant([`--${name}`])
    const value =
      type === 'duration'
        ? fc.constantFrom('500ms', '30s', '10m', '2', '0', '1.5h')
        : type === 'integer'
          ? fc.nat({max: 999}).map(String)
          : fc.constantFrom(...(choices ?? ['name', 'a=b', 'a b', '/x/y']))
    return value.chain((text) => fc.constantFrom([`--${name}`, text], [`--${name}=${text}`]))
  })
const ownWords = fc.array(
  fc.oneof(
    {weight: 4, arbitrary: sensible},
    flag.map((word) => [word]),
    words.map((word) => [word]),
  ),
  {
    maxLength: 6,
  },
)
const targets = fc.oneof(
  fc.array(words, {maxLength: 4}).map((rest) => ['--', ...rest]),
  fc.array(fc.oneof(words, flag), {maxLength: 4}).map((rest) => ['job.sh', ...rest]),
)
const argvs = fc.tuple(ownWords, targets).map(([own, target]) => [...own.flat(), ...target])

async function parsedByOclif(argv: readonly string[]) {
  const {own, target} = splitRunArgv(shieldTarget(argv, runTakesValue))
  const {flags} = await Parser.parse([...own], {flags: Run.flags, strict: false, '--': true})
  return {flags, target: unshieldTarget(target)}
}

describe('the fast parser', () => {
  test('reads what it accepts as oclif does: the same flags, the same job', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(argvs, async (argv) => {
        const fast = fastParse(argv)
        if (!fast) return
        accepted += 1
        expect(await parsedByOclif(argv)).toEqual(fast)
      }),
      {numRuns: 3000},
    )
    expect(accepted).toBeGreaterThan(300)
  })

  test('accepts what stands in crontabs', () => {
    expect(fastParse(['--job', 'j', '--timeout=5m', '--quiet', 'job.py', '--flag'])).toEqual({
      flags: {job: 'j', timeout: 300_000, quiet: true},
      target: {form: 'script', argv: ['job.py', '--flag']},
    })
    expect(fastParse(['--', 'echo', '--job', 'x'])).toEqual({
      flags: {},
      target: {form: 'command', argv: ['echo', '--job', 'x']},
    })
  })

  test.each([
    ['an unknown flag', ['--nonsense', 'job.py']],
    ['help', ['--help']],
    ['nothing to run', ['--quiet']],
    ['a plan', ['--plan', 'job.py']],
    ['a flag given twice', ['--job', 'a', '--job', 'b', 'job.py']],
    ['a bad duration', ['--timeout', 'soon', 'job.py']],
    ['a value that looks like a flag', ['--job', '--quiet', 'job.py']],
  ])('leaves %s to oclif', (_, argv) => {
    expect(fastParse(argv)).toBeUndefined()
  })
})

describe('the arguments', () => {
  test('behind the script are the same with the shield and without it', () => {
    fc.assert(
      fc.property(argvs, (argv) => {
        expect(unshieldTarget(splitRunArgv(shieldTarget(argv, runTakesValue)).target)).toEqual(
          splitRunArgv(argv).target,
        )
      }),
    )
  })

  test('are cut where the job begins', () => {
    fc.assert(
      fc.property(argvs, (argv) => {
        const {own, target} = splitRunArgv(argv)
        const cut = target.form === 'command' ? ['--'] : []
        expect([...own, ...cut, ...target.argv]).toEqual(argv)
      }),
    )
  })
})
