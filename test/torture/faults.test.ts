import {appendFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {
  type Command,
  type FileCall,
  fileCalls,
  leftBehind,
  Snapshot,
  straceObstacle,
  withFault,
} from '../support/faults.js'
import {standIn, tick} from '../support/openclaw-stand-in.js'
import {createSandbox, form, type Sandbox} from '../support/sandbox.js'

/**
 * Each call of guard on its own files fails once, in each of these ways, or takes long. The end comes in time and with
 * the right exit code, and the next call finds everything in order. The long form tries all of them, the short one a few.
 * GUARD_FAULTS_WAYS, GUARD_FAULTS_SAMPLES choose others; GUARD_FAULTS_OUT is a file that gets what is wrong at once.
 */

const isLong = process.env['GUARD_FAULTS'] === 'long'
const errors = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'ENOENT', 'EMFILE']
const hangSeconds = 2
const ways = process.env['GUARD_FAULTS_WAYS']?.split(' ') ?? [...errors, 'hang']
const samples = Number(process.env['GUARD_FAULTS_SAMPLES'] ?? 8)

interface Scene extends Command {
  readonly title: string
  /** The exit codes that are right beside those of guard's own failures. */
  readonly codes: readonly number[]
  /** Whether guard's own failures may decide the exit code. */
  readonly mayFail: boolean
  readonly prepare: (box: Sandbox) => Promise<void>
}

const job = `sh -c 'echo out; echo err >&2; exit 7'`
const unnamed = `guard run --job j -- ${job}`
const repeat = async (times: number, box: Sandbox, line: string) => {
  for (let count = 0; count < times; count++) await box.sh(line)
}

const retried = {
  command: ['sh', '-c', 'echo connect ECONNREFUSED; echo {} > $GUARD_RESULT_FILE; echo err >&2; exit 7'],
  retry: {maxAttempts: 2, firstDelay: '10ms', on: ['failed']},
  breaker: {target: 'x'},
}

/** The breaker is asked and told, but it stops no run here. */
const neverOpen = {defaults: {failures: 100, consecutive: 100, recentFailures: 100, recentCalls: 100}}

const scenes: Scene[] = [
  {title: 'the first run of a user', line: unnamed, codes: [7], mayFail: false, prepare: async () => undefined},
  {
    title: 'a later run',
    line: unnamed,
    codes: [7],
    mayFail: false,
    prepare: (box) => repeat(2, box, unnamed),
  },
  {
    title: 'a run after one that was killed',
    line: unnamed,
    codes: [7],
    mayFail: false,
    prepare: (box) => repeat(1, box, `guard run --job j -- sh -c 'kill -9 $PPID'`),
  },
  {
    title: 'a run that compacts its journals',
    line: unnamed,
    env: ['GUARD_COMPACT_BYTES=100'],
    codes: [7],
    mayFail: false,
    prepare: (box) => repeat(3, box, unnamed),
  },
  {
    title: 'a run of a configured job, with retry, breaker and rotation',
    line: 'guard run j',
    codes: [7],
    mayFail: true,
    prepare: async (box) => {
      box.write('.guardianrc.json', JSON.stringify({logs: {maxSize: '2kB'}, jobs: {j: retried}, breakers: neverOpen}))
      await box.sh('guard run j')
      appendFileSync(box.path('state/logs/guardian_j_output.log'), `${'x'.repeat(3000)}\n`)
    },
  },
  {
    title: 'a round of the watchdog',
    line: 'guard watchdog',
    codes: [1],
    mayFail: true,
    prepare: async (box) => {
      box.write('.guardianrc.json', JSON.stringify({watchdog: {bootGrace: '0s'}, jobs: {j: {command: ['false']}}}))
      await box.sh('guard watchdog')
      await box.sh('guard run --no-alert j')
    },
  },
  {
    title: 'a round of the reset daemon',
    line: 'guard reset-daemon',
    codes: [0],
    mayFail: true,
    prepare: async (box) => {
      const stand = standIn({version: '2026.5.28', jobs: [tick]})
      box.write(
        '.guardianrc.json',
        JSON.stringify({
          watchdog: {bootGrace: '0s'},
          jobs: {tick: {command: ['true']}},
          openclaw: {command: stand.command, url: 'http://127.0.0.1:9', timeout: '20s', jobs: {tick: {id: tick.id}}},
          resetDaemon: {minInterval: '0s'},
        }),
      )
      const at = new Date().toISOString()
      const asked = {job_id: tick.id, job_name: 'Tick', reason: 'stuck', requested_at: at, attempts: 1}
      mkdirSync(box.stateDir, {mode: 0o700})
      const line = JSON.stringify({...asked, running_at_ms: tick.state.runningAtMs})
      box.write('state/openclaw_reset_requests.jsonl', `${line}\n`, 0o600)
    },
  },
  {
    title: 'locks clear',
    line: `guard locks clear 'locks/*.lock'`,
    codes: [0],
    mayFail: true,
    prepare: async (box) => {
      mkdirSync(box.path('locks'))
      writeFileSync(box.path('locks/a.lock'), '4194304999')
      utimesSync(box.path('locks/a.lock'), 1, 1)
      await box.sh('guard locks list')
    },
  },
]

const stack = /^\s+at .*[:(]\d+|^\w*Error: |unhandled|uncaught|panic|please report/im
const slackMs = 4000

interface Case {
  readonly call: FileCall
  readonly way: string
}

/** In the short form a few of each scene, spread over calls and ways. */
function casesOf(calls: readonly FileCall[]): readonly Case[] {
  const all = calls.flatMap((call) => ways.map((way) => ({call, way})))
  if (isLong) return all
  return Array.from({length: samples}, (_, index) => ({
    call: calls[Math.floor(((index + 0.5) * calls.length) / samples)] as FileCall,
    way: ways[index % ways.length] as string,
  }))
}

interface Judged {
  readonly code: number | null
  readonly stderr: string
  readonly ms: number
}

function problemsOf({codes, mayFail}: Pick<Scene, 'codes' | 'mayFail'>, {code, stderr, ms}: Judged, limitMs: number) {
  const isOwnFailure = mayFail && code !== null && code >= 70 && code <= 78
  return [
    ...(isOwnFailure || codes.some((right) => right === code) ? [] : [`exit code ${code}`]),
    ...(ms < limitMs ? [] : [`took ${Math.round(ms)} ms`]),
    ...(stack.test(stderr) ? ['a stack trace'] : []),
  ]
}

/** What a round of the watchdog leaves too, a while later: it removes what was left in the spool folder. */
async function afterRound(box: Sandbox): Promise<string[]> {
  const left = leftBehind(box)
  if (!left.some((what) => what.startsWith('the spool'))) return left
  for (const name of readdirSync(box.path('state/spool'))) utimesSync(box.path(`state/spool/${name}`), 1, 1)
  await box.sh('guard watchdog')
  return leftBehind(box)
}

/** Settings that are not there, or out of reach, are no fault: nothing is known of the job, and no job is watched. */
const withoutSettings = /\.guardianrc.*(ENOENT|EACCES)/

/** @returns what is wrong after this fault; undefined if it was not made */
async function tryOnce(box: Sandbox, scene: Scene, {call, way}: Case): Promise<string[] | undefined> {
  const isHang = way === 'hang'
  const faulted = await withFault(box, scene, call, isHang ? `delay_enter=${hangSeconds}s` : `error=${way}`)
  if (faulted.hit === undefined) return undefined
  const begun = performance.now()
  const next = await box.sh(`${(scene.env ?? []).join(' ')} ${scene.line}`)
  const nextMs = performance.now() - begun
  const codes = withoutSettings.test(faulted.hit) ? [...scene.codes, 0, 64] : scene.codes
  const ofNext = problemsOf({...scene, mayFail: false}, {...next, ms: nextMs}, slackMs)
  const problems = [
    ...problemsOf({...scene, codes}, faulted, slackMs + (isHang ? hangSeconds * 1000 : 0)),
    ...ofNext.map((problem) => `the next: ${problem} ${next.stderr}`),
    ...(await afterRound(box)).map((what) => `left: ${what}`),
  ]
  if (problems.length === 0) return []
  return [[`${way} of ${faulted.hit}`, ...problems, faulted.stderr].join('\n  ').replaceAll(box.dir, '')]
}

/** A busy machine may delay any call, so what took long is tried again. */
async function tryCase(box: Sandbox, snapshot: Snapshot, {scene, one}: {scene: Scene; one: Case}) {
  for (let left = 4; ; left--) {
    snapshot.restore()
    const found = await tryOnce(box, scene, one)
    if (left === 0 || !found?.some((text) => / took /.test(text))) return found
  }
}

describe.skipIf(straceObstacle !== undefined)(`faults (${straceObstacle ?? form})`, () => {
  test.each(scenes)(
    '$title ends in time and rightly whichever file operation fails, and the next heals',
    async (scene) => {
      const box = createSandbox()
      await scene.prepare(box)
      const snapshot = new Snapshot(box)
      const calls = await fileCalls(box, scene)
      let tried = 0
      const problems: string[] = []
      for (const one of casesOf(calls)) {
        const found = await tryCase(box, snapshot, {scene, one})
        if (found) tried++
        problems.push(...(found ?? []))
        if (found?.length && process.env['GUARD_FAULTS_OUT'])
          appendFileSync(process.env['GUARD_FAULTS_OUT'], `${scene.title}: ${found.join('\n')}\n`)
      }
      console.info(`${scene.title}: ${calls.length} file operations, ${tried} faults`)
      expect(problems).toEqual([])
      expect(tried).toBeGreaterThan(0)
    },
    7_200_000,
  )
})
