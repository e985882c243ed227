import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {failure, failureOf} from '../../../src/system/openclaw/failure.js'

const fixtures = join(import.meta.dirname, '../../fixtures/openclaw')
const exited = {
  exitCode: 1,
  signal: undefined,
  timedOut: false,
  spawnError: undefined,
  stdout: '',
  stderr: '',
  durationMs: 5,
}

interface Capture {
  readonly name: string
  readonly exitCode: number
  readonly stdout?: string
  readonly stderr?: string
}

const captures = ['2026.2.17', '2026.5.28', '2026.7.1-2', '2026.9.6'].flatMap((version) => {
  const index = JSON.parse(readFileSync(join(fixtures, version, 'index.json'), 'utf8')) as readonly Capture[]
  const text = (file: string | undefined) => (file ? readFileSync(join(fixtures, version, file), 'utf8') : '')
  return index
    .filter(({name}) => name.startsWith('err-') || name.startsWith('tasks-cancel'))
    .map(({name, exitCode, stdout, stderr}) => {
      return {name, version, result: {...exited, exitCode, stdout: text(stdout), stderr: text(stderr)}}
    })
})

/** What every captured error means, for a call that changes something. */
const meanings: Readonly<Record<string, readonly [string, string]>> = {
  'err-bad-flag': ['configuration', 'unknown-command'],
  'err-disable-json-flag': ['configuration', 'unknown-command'],
  'err-seed-cron-update': ['configuration', 'unknown-command'],
  'err-gateway-draining': ['transient', 'gateway-draining'],
  'err-gateway-hung': ['outcome-unknown', 'gateway-timeout'],
  'err-locked-disable': ['outcome-unknown', 'gateway-timeout'],
  'err-locked-list': ['outcome-unknown', 'gateway-timeout'],
  'err-locked-status': ['outcome-unknown', 'gateway-timeout'],
  'err-name-instead-of-id': ['permanent', 'unknown-id'],
  'err-no-token': ['configuration', 'no-token'],
  'err-node20': ['configuration', 'wrong-node'],
  'err-system-owned': ['permanent', 'system-owned'],
  'err-unknown-id-disable': ['permanent', 'unknown-id'],
  'err-unknown-id-get': ['permanent', 'unknown-id'],
  'err-unknown-id-rm': ['permanent', 'unknown-id'],
  'err-unknown-id-run': ['permanent', 'unknown-id'],
  'err-wrong-token': ['configuration', 'wrong-token'],
  'tasks-cancel-gateway-down': ['permanent', 'no-handle'],
}

test.each(captures.filter(({name}) => name in meanings))('$version $name is understood', ({name, result}) => {
  const [kind, cause] = meanings[name] ?? []
  expect(failureOf(result, 'write')).toMatchObject({kind, cause})
})

test('every captured error has a meaning here or is a gateway that is down', () => {
  const others = captures.filter(({name, result}) => result.exitCode !== 0 && !(name in meanings)).map(({name}) => name)
  expect([...new Set(others)]).toEqual(['err-gateway-down'])
})

test.each(captures.filter(({name}) => name === 'err-gateway-down'))(
  '$version: reading while the gateway is down is transient',
  ({result}) => {
    expect(failureOf(result, 'read')?.kind).toBe('transient')
  },
)

test('a refused connection changed nothing, a closed one may have', () => {
  const down = (stderr: string) => failureOf({...exited, stderr}, 'write')?.kind
  expect(down('Gateway not reachable at ws://127.0.0.1:18790 (ECONNREFUSED).')).toBe('transient')
  expect(down('Error: gateway closed (1006 abnormal closure (no close frame)): no close reason')).toBe(
    'outcome-unknown',
  )
})

test('a gateway that restarts during a call may have applied it', () => {
  const stderr = 'Error: gateway closed (1012): service restart'
  expect(failureOf({...exited, stderr}, 'write')?.kind).toBe('outcome-unknown')
  expect(failureOf({...exited, stderr}, 'read')?.kind).toBe('transient')
})

test('a timeout leaves the outcome unknown, whatever else the text says', () => {
  for (const note of ['warning: a plugin was closed (1008): unauthorized', 'unknown option in the config, ignored']) {
    const stderr = `${note}\nError: gateway timeout after 8000ms`
    expect(failureOf({...exited, stderr}, 'write')).toMatchObject({kind: 'outcome-unknown', cause: 'gateway-timeout'})
  }
})

test('the message is the line that shows the cause', () => {
  const {result} = captures.find(({name, version}) => name === 'err-wrong-token' && version === '2026.2.17')!
  expect(failureOf(result, 'read')?.message).toBe(
    'gateway connect failed: Error: unauthorized: device token mismatch (rotate/reissue device token)',
  )
})

test('an exit code of 0 is not a failure', () => {
  expect(failureOf({...exited, exitCode: 0, stderr: 'gateway closed'}, 'write')).toBeUndefined()
})

test('a missing program is a failure of configuration', () => {
  const result = {...exited, exitCode: undefined, spawnError: 'ENOENT'}
  expect(failureOf(result, 'write')).toEqual({
    kind: 'configuration',
    cause: 'not-installed',
    message: 'the command cannot be started: ENOENT',
  })
})

test('a write that guard ended has an unknown outcome, a read is transient', () => {
  const result = {...exited, exitCode: undefined, signal: 'SIGTERM', timedOut: true, durationMs: 25_000}
  expect(failureOf(result, 'write')?.kind).toBe('outcome-unknown')
  expect(failureOf(result, 'read')?.kind).toBe('transient')
})

test('an error without any text has a message', () => {
  expect(failureOf(exited, 'read')?.message).toBe('it ended with 1 and printed nothing')
})

test('a message is one line of bounded length', () => {
  expect(failure('other', 'read', `a\n  b ${'x'.repeat(5000)}`).message).toHaveLength(300)
})

test.each([
  ['2026.2.17', 'openclaw requires Node >=22.12.0.\nDetected: node 20.20.2 (exec: /usr/bin/node).'],
  ['2026.5.28', 'openclaw: Node.js v22.19+ is required (current: v20.20.2).'],
  ['2026.7.35', 'openclaw: Node.js >=22.22.3 <23, >=24.15.0 <25, or >=25.9.0 is required (current: v20.20.2).'],
  [
    '2026.9.6',
    'openclaw: Node 20.20.2: node:sqlite is unavailable; use 24.16+/26.1+ or a build with the fix.\nIf you use nvm, run:',
  ],
])('a Node that is too old is known in the recorded words of %s', (_version, stderr) => {
  expect(failureOf({...exited, stderr}, 'read')).toMatchObject({kind: 'configuration', cause: 'wrong-node'})
})

test('a disable of an unknown id is recognised in the recorded text of 2026.7.35', () => {
  const stderr = 'GatewayClientRequestError: invalid cron.update params: id not found'
  expect(failureOf({...exited, stderr}, 'write')).toMatchObject({kind: 'permanent', cause: 'unknown-id'})
})
