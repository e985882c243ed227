import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {expect, test} from 'vitest'
import {loggersIn, openFiles, processes} from '../support/processes.js'
import {createSandbox, endAfterTest, type Sandbox, until} from '../support/sandbox.js'

/** What a job prints waits for its reader within a bound: 64 MiB, or what all logs of the job may hold. */

const mebibyte = 1024 * 1024
// More than is written until a guard that gets little time notices.
const printed = 600 * mebibyte
const pour = `head -c ${printed} /dev/zero | tr '\\0' x`

/** The disk that the state directory takes. */
function diskBytes({stateDir}: Sandbox): number {
  if (!existsSync(stateDir)) return 0
  return Number(spawnSync('du', ['-s', '-B1', stateDir], {encoding: 'utf8'}).stdout.split('\t')[0])
}

const untilRead = 'while [ ! -e read ]; do sleep 0.05; done'

test.each([
  ['one pipe for both streams', `guard run --job j -- sh -c "$JOB" 2>err | { ${untilRead}; wc -c >count; }`],
  [
    'standard error of its own',
    `guard run --job j -- sh -c "exec >&2; $JOB" 2>&1 >/dev/null | { ${untilRead}; cat >all; }; wc -c <all >count; : >err`,
  ],
])('a job waits for its reader, who gets all of it: %s', async (_, line) => {
  const box = createSandbox()
  const running = box.startSh(line, {env: {JOB: `${pour}; touch printed`}})
  await until(() => diskBytes(box) > 60 * mebibyte, 'what may wait')
  await until(() => isPaused(box), 'the pause')
  expect(diskBytes(box)).toBeLessThan(printed)
  expect(readdirSync(box.dir)).not.toContain('printed')
  box.write('read', '')
  await running.ended
  expect(Number(readFileSync(box.path('count'), 'utf8'))).toBe(printed)
  expect(readFileSync(box.path('err'), 'utf8')).toBe('')
})

test('a job that waits for its reader goes on when guard is killed', async () => {
  const box = createSandbox()
  const job = `${pour}; touch printed`
  const running = box.startSh(
    `guard run --job j -- sh -c "echo \\$PPID > guard; $JOB" | { ${untilRead}; cat >/dev/null; }`,
    {env: {JOB: job}},
  )
  await until(() => isPaused(box), 'the pause')
  process.kill(Number(readFileSync(box.path('guard'), 'utf8')), 'SIGKILL')
  await until(() => readdirSync(box.dir).includes('printed'), 'the end of the job')
  box.write('read', '')
  await running.ended
})

const isPaused = ({stateDir}: Sandbox) => loggersIn(stateDir).some(({state}) => state === 'T')

test('what --quiet keeps until the end is bounded', async () => {
  const box = createSandbox()
  const running = box.startSh(`guard run --quiet --job j -- sh -c "$JOB" >/dev/null 2>err`, {
    env: {JOB: `${pour}; touch printed; while [ ! -e read ]; do sleep 0.05; done`},
  })
  await until(() => readdirSync(box.dir).includes('printed'), 'the output')
  await until(() => diskBytes(box) < 150 * mebibyte, 'the cut')
  box.write('read', '')
  expect((await running.ended).code).toBe(0)
})

test('a process that a job leaves behind writes to the log alone, and within the bound', async () => {
  const box = createSandbox()
  const daemon = `while [ ! -e go ]; do sleep 0.05; done; ${pour}; echo last; touch poured; while [ ! -e read ]; do sleep 0.05; done`
  box.write('daemon', `echo $$ > pid; ${daemon}`)
  const {code, stdout} = await box.sh('guard run --job j -- sh -c "setsid sh daemon & echo out; echo err >&2" 2>err')
  endAfterTest(Number(execFileSync('cat', ['pid'], {cwd: box.dir, encoding: 'utf8'})))
  expect([code, stdout]).toEqual([0, 'out\n'])
  expect(readdirSync(`${box.stateDir}/spool`)).toEqual([])
  expect(openSpools(box)).toEqual([])
  box.write('go', '')
  await until(() => readdirSync(box.dir).includes('poured'), 'its output')
  const {size} = statSync(`${box.stateDir}/logs/guardian_j_output.log`)
  expect([size > 1000, size <= 65 * mebibyte]).toEqual([true, true])
  box.write('read', '')
})

/** Spools that were removed and that a process has open. */
function openSpools({stateDir}: Sandbox): string[] {
  const links = processes().flatMap(({pid}) => openFiles(pid))
  return links.filter((link) => link.startsWith(stateDir) && /\.(out|err) \(deleted\)$/.test(link))
}
