import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {expect, test} from 'vitest'
import type {GuardCommand} from '../../../src/cli/command/definition.js'
import {parseArgv} from '../../../src/cli/command/parse-argv.js'
import {tempDir} from '../../support/temp-dir.js'

const folder = join(import.meta.dirname, '../../../commands')
const examples = await Promise.all(
  fastGlob.sync('**/*.ts', {cwd: folder}).map(async (file) => {
    const {default: command} = (await import(join(folder, file))) as {default: GuardCommand}
    return {words: file.replace(/\.ts$/, '').split('/'), command}
  }),
)

/** The words that a shell hands to each `guard` of a line; nothing of the line is started. */
function callsOf(line: string): readonly (readonly string[])[] {
  const others = [...line.matchAll(/(?:^|&& |\| )(?!guard)([a-z./][\w./-]*)/g)].map(([, name]) => name ?? '')
  const stubs = others.filter((name) => /^[a-z]\w*$/.test(name)).map((name) => `${name}() { :; }`)
  const guard = `guard() { for word; do printf '%s\\037' "$word" >&3; done; printf '\\036' >&3; }`
  const script = [guard, ...stubs, line.replaceAll(/&& \.\/\S+/g, '')].join('\n')
  const told = execFileSync('bash', ['-c', `exec 3>&1 >/dev/null; ${script}`], {cwd: tempDir(), encoding: 'utf8'})
  return told
    .split('\u001e')
    .filter((call) => call !== '')
    .map((call) => call.split('\u001f').slice(0, -1))
}

test.each(examples.flatMap(({words, command}) => command.examples.map((line) => ({line, words, command}))))(
  'the example is a call that guard takes: $line',
  ({line, words, command}) => {
    const calls = callsOf(line)
    const own = calls.filter((call) => words.every((word, index) => call[index] === word))
    expect(own.length).toBeGreaterThan(0)
    for (const call of own) expect(parseArgv(command, call.slice(words.length), {})).toBeDefined()
  },
)
