import {openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {JobCommand} from '../../src/system/process/job-command.js'
import {launchChild} from '../../src/system/process/launch.js'
import {tempDir} from '../support/temp-dir.js'

/** Runs a line of shell and returns its output. */
async function shell(line: string, more: Partial<JobCommand> = {}) {
  const file = join(tempDir(), 'out')
  const fd = openSync(file, 'a')
  const argv = ['/bin/sh', '-c', line, 'sh', 'one', 'two words', ''] as const
  const env = {PATH: '/usr/bin:/bin', OWN: 'ä=1', NONE: undefined}
  const launched = await launchChild({argv, env, stdout: fd, stderr: fd, interactive: false, ...more})
  const exit = await launched.exited
  return {launched, exit, text: readFileSync(file, 'utf8')}
}

describe('a job', () => {
  test('gets its arguments, its environment and its folder as they are', async () => {
    const {text} = await shell('printf "%s|" "$@" "$OWN" "$NONE"; pwd', {cwd: '/usr'})
    expect(text).toBe('one|two words||ä=1||/usr\n')
  })

  test('has both streams in the one file, in order', async () => {
    const {text} = await shell('echo 1; echo 2 >&2; echo 3')
    expect(text).toBe('1\n2\n3\n')
  })

  test('leads a session of its own, unless it keeps the terminal', async () => {
    const own = await shell('ps -o sid= -p $$; echo $$')
    const [session, pid] = own.text.trim().split(/\s+/)
    expect(session).toBe(pid)
    expect(pid).toBe(`${own.launched.pid}`)
    const kept = await shell('ps -o sid= -p $$; echo $$', {interactive: true})
    const [sessionKept, pidKept] = kept.text.trim().split(/\s+/)
    expect(sessionKept).not.toBe(pidKept)
  })

  test.each([
    ['exit 7', {code: 7, signal: undefined}],
    ['kill -TERM $$', {code: undefined, signal: 'SIGTERM'}],
  ])('tells how it ended: %s', async (line, expected) => {
    const {launched, exit} = await shell(line)
    expect(exit).toEqual(expected)
    expect(launched.hasExited()).toBe(true)
  })

  test('has not exited while it runs', async () => {
    const launched = await launchChild({
      argv: ['sleep', '300'],
      env: process.env,
      stdout: 1,
      stderr: 2,
      interactive: false,
    })
    expect(launched.hasExited()).toBe(false)
    process.kill(launched.pid, 'SIGKILL')
    expect(await launched.exited).toEqual({code: undefined, signal: 'SIGKILL'})
  })
})

describe('what cannot be started', () => {
  const command = {env: {}, stdout: 1, stderr: 2, interactive: false} as const

  test('is explained', async () => {
    await expect(launchChild({...command, argv: ['/nowhere/at/all']})).rejects.toMatchObject({kind: 'not-found'})
    await expect(launchChild({...command, argv: ['/etc/passwd']})).rejects.toMatchObject({kind: 'not-executable'})
  })
})
