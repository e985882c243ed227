import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const has = (shell: string) => spawnSync(shell, ['-c', 'exit']).status === 0

/** A machine with two jobs, of which one is in the settings and one has run. */
async function machine(shell: string): Promise<{readonly box: Sandbox; readonly script: string}> {
  const box = createSandbox()
  box.write('.guardianrc.json', JSON.stringify({jobs: {backup: {command: ['true']}}}))
  await box.guard('run', '--job', 'scan', '--', 'true')
  const {stdout} = await box.guard('completion', shell)
  return {box, script: box.write(`guard.${shell}`, stdout)}
}

/** What is typed, the last word being completed, and what is offered. */
const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['wat'], ['watchdog']],
  [['lease', 'acq'], ['acquire']],
  [['alerts', 'silence', 'a'], ['add']],
  [['run', '--kill'], ['--kill-after']],
  [['run', '--overlap', 'ca'], ['cancel-other']],
  [['why', 'sc'], ['scan']],
  [['status', 'ba'], ['backup']],
]

describe.skipIf(!has('bash'))('in bash', () => {
  test.each(cases)('guard %j offers %j', async (typed, offered) => {
    const {box, script} = await machine('bash')
    const words = ['guard', ...typed].map((word) => `'${word}'`).join(' ')
    const line = `. ${script}; COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _guard; echo "\${COMPREPLY[*]}"`
    const {stdout, stderr} = await box.sh(`bash -c '${line.replaceAll("'", "'\\''")}'`)
    expect([stdout.trim().split(' '), stderr]).toEqual([offered, ''])
  })
})

describe.skipIf(!has('fish'))('in fish', () => {
  test.each(cases)('guard %j offers %j', async (typed, offered) => {
    const {box, script} = await machine('fish')
    const {stdout, stderr} = await box.sh(`fish -c 'source ${script}; complete -C "guard ${typed.join(' ')}"'`)
    const words = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0]]))
    expect([words, stderr]).toEqual([offered, ''])
  })
})

/** The functions of zsh's line editor, for a shell that has none: they print what they would offer. */
const offering = `
_describe() { print -rl -- \${(P)2} }
compadd() { shift; print -rl -- "$@" }
_files() { : }`

describe.skipIf(!has('zsh'))('in zsh', () => {
  test.each(cases)('guard %j offers %j', async (typed, offered) => {
    const {box, script} = await machine('zsh')
    const file = box.write(
      'try.zsh',
      `${offering}\n. ${script}\nwords=(guard ${typed.join(' ')}); CURRENT=${typed.length + 1}; _guard\n`,
    )
    const {stdout, stderr} = await box.sh(`zsh -f ${file}`)
    const last = typed.at(-1) ?? ''
    const words = stdout.split('\n').map((line) => line.split(':')[0] ?? '')
    expect([words.filter((word) => word.startsWith(last)), stderr]).toEqual([offered, ''])
  })
})

test('the known jobs are printed one on each line, and a shell that is not known is named', async () => {
  const {box, script} = await machine('bash')
  expect(readFileSync(script, 'utf8')).toContain('complete -F _guard guard')
  expect(await box.guard('completion', '--jobs')).toMatchObject({code: 0, stdout: 'backup\nscan\n', stderr: ''})
  const unknown = await box.guard('completion', 'csh')
  expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('csh is not a known shell')])
})
