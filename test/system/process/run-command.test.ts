import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {outputLimit, runCommand} from '../../../src/system/process/run-command.js'
import {isAlive} from '../../support/sandbox.js'
import {tempDir} from '../../support/temp-dir.js'

const sh = (script: string, timeoutMs = 20_000) => runCommand({argv: ['sh', '-c', script], timeoutMs})

test('the result of a command has its exit code, standard output and standard error', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({
    exitCode: 3,
    signal: undefined,
    timedOut: false,
    spawnError: undefined,
    stdout: 'out\n',
    stderr: 'err\n',
  })
})

test('a command reads what it is given on its standard input, and nothing else', async () => {
  expect(await runCommand({argv: ['cat'], input: 'given\n', timeoutMs: 20_000})).toMatchObject({stdout: 'given\n'})
  expect(await sh('cat')).toMatchObject({exitCode: 0, stdout: ''})
})

test('output beyond the limit is read and dropped, and does not change how the command ends', async () => {
  const result = await sh(`head -c ${8 * outputLimit} /dev/zero | tr '\\0' x; echo done >&2; exit 4`)
  expect(result).toMatchObject({exitCode: 4, signal: undefined, stderr: 'done\n'})
  expect(result.stdout).toBe('x'.repeat(outputLimit))
})

test('a command that ignores TERM is killed, and counts as timed out', async () => {
  // Even on a busy machine the shell ignores TERM before its time is up.
  const result = await sh("trap '' TERM; while :; do sleep 0.1; done", 3000)
  expect(result).toMatchObject({exitCode: undefined, signal: 'SIGKILL', timedOut: true})
  expect(result.durationMs).toBeLessThan(20_000)
})

test('a child that ignores TERM does not outlive its timed-out command', async () => {
  const pidFile = join(tempDir(), 'pid')
  const child = `trap "" TERM; echo $$ > ${pidFile}; exec sleep 300`
  const result = await sh(`sh -c '${child}' & wait`, 3000)
  expect(result.timedOut).toBe(true)
  await expect.poll(() => isAlive(readPid(pidFile))).toBe(false)
})

test('a daemon that keeps the pipe open does not delay the result, and is not killed', async () => {
  const pidFile = join(tempDir(), 'pid')
  const result = await sh(`sleep 300 & echo $! > ${pidFile}; echo started`, 40_000)
  const daemon = readPid(pidFile)
  onTestFinished(() => void process.kill(daemon, 'SIGKILL'))
  expect(result).toMatchObject({exitCode: 0, timedOut: false, stdout: 'started\n'})
  expect(result.durationMs).toBeLessThan(20_000)
  expect(isAlive(daemon)).toBe(true)
})

test.each([
  ['a program that is not there', 'no-such-program', 'ENOENT'],
  ['a file without the right to execute', '/etc/passwd', 'EACCES'],
])('%s is a start that failed, with its code', async (_title, program, spawnError) => {
  const result = await runCommand({argv: [program], timeoutMs: 5000})
  expect(result).toMatchObject({spawnError, exitCode: undefined, signal: undefined, timedOut: false})
})

test('a missing working directory is a failed start', async () => {
  const result = await runCommand({argv: ['true'], timeoutMs: 5000, cwd: join(tempDir(), 'gone')})
  expect(result).toMatchObject({spawnError: 'ENOENT', exitCode: undefined})
})

test('the result of a command that was killed has the signal', async () => {
  expect(await sh('kill -USR1 $$')).toMatchObject({exitCode: undefined, signal: 'SIGUSR1', timedOut: false})
})

test('an aborted command does not count as timed out', async () => {
  const controller = new AbortController()
  const running = runCommand({argv: ['sleep', '300'], timeoutMs: 60_000, signal: controller.signal})
  setTimeout(() => controller.abort(), 100)
  expect(await running).toMatchObject({signal: 'SIGTERM', timedOut: false})
})

test('arguments reach the program unchanged, without a shell', async () => {
  const dir = tempDir()
  const script = join(dir, 'args.cjs')
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2)))')
  const args = ['$(id)', 'a b', '*', ';', "'"]
  const {stdout} = await runCommand({argv: [process.execPath, script, ...args], timeoutMs: 20_000, cwd: dir})
  expect(JSON.parse(stdout)).toEqual(args)
})

function readPid(path: string): number {
  return Number(readFileSync(path, 'utf8'))
}
