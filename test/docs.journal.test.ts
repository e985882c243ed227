import {existsSync, readFileSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import * as failureStreams from '../src/journal/failure-streams.js'
import * as stateStreams from '../src/journal/streams.js'
import {createSandbox, type Sandbox} from './support/sandbox.js'

const page = readFileSync(join(import.meta.dirname, '../docs/journal.md'), 'utf8')
const examples = [...page.matchAll(/^```sh\n([^`]*)```\n\n^```(?:text|json)\n([^`]*)```$/gm)].map(
  ([, command = '', output = '']) => ({command, output}),
)

const hasJq = ['/usr/bin/jq', '/bin/jq'].some((path) => existsSync(path))

const settings = `
watchdog: {bootGrace: 0s}
openclaw: {command: ["false"], jobs: {coingecko: {id: 00000000-0000-4000-8000-000000000000}}}
jobs:
  backup: {command: ["true"]}
  feed:
    command: [sh, -c, "echo socket was closed >&2; exit 3"]
    failures: {socket: ["socket.*closed"]}
    recovery: [{do: alert, level: CRITICAL, message: the feed is broken}]
  prices: {command: ["true"], breaker: {target: prices-api}}
  scan: {command: ["true"], outputs: [{files: "data/*.json", maxAge: 1h}]}
`

/** What the page says that its examples were run in. */
async function writeJournals(box: Sandbox): Promise<void> {
  box.write('.guardianrc.yaml', settings)
  const twoDaysAgo = Date.now() / 1000 - 172_800
  utimesSync(box.write('data/prices.json', '{}'), twoDaysAgo, twoDaysAgo)
  await box.guardWith({env: {GUARD_COMPACT_BYTES: '1'}}, 'run', 'backup')
  await box.guard('run', 'backup')
  await box.guard('run', 'feed')
  await box.guard('run', 'backup')
  await box.guard('breaker', 'open', 'prices-api', '--reason', 'maintenance', '--for', '1h')
  await box.guard('run', 'prices')
  await box.guard('lease', 'acquire', 'nightly', '--ttl', '10m', '--holder', 'me')
  await box.guard('lease', 'acquire', 'scan', '--ttl', '1ms')
  await box.guard('watchdog')
}

const untimed = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')

test.skipIf(!hasJq)('every example of the page about the journals prints what stands there (needs jq)', async () => {
  const box = createSandbox()
  await writeJournals(box)
  for (const {command, output} of examples) {
    const {stdout, stderr} = await box.sh(`cd state\n${command}`)
    expect({command, stderr, stdout: untimed(stdout)}).toEqual({command, stderr: '', stdout: untimed(output)})
  }
})

test('every example of the page says what it prints', () => {
  expect(examples.length).toBeGreaterThan(5)
  expect(examples).toHaveLength(page.match(/^```sh$/gm)?.length ?? 0)
})

test('the page lists every journal, and says what its records are', () => {
  const streams = {...stateStreams, ...failureStreams}
  const names = Object.values(streams).flatMap((one) => (typeof one === 'object' ? [one.name] : []))
  expect(names.length).toBeGreaterThan(8)
  for (const name of names) {
    expect(page).toContain(`| \`${name}.jsonl\` |`)
    expect(page).toContain(`## ${name}.jsonl\n`)
  }
})
