import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {closedPort, startReceiver} from '../support/http-receiver.js'
import {noNamespaces, withMounts} from '../support/namespaces.js'
import {createSandbox, filesIn, type Sandbox} from '../support/sandbox.js'
import {isLong} from '../support/storm.js'
import {tempDir} from '../support/temp-dir.js'

/** What channels cost those who do not send: the run that failed, and the run that is well. */

/** Of an idle machine it is 40 ms; a loaded one must not fail this, and a network that holds a run takes seconds. */
const tolerableMs = 500

function sandbox(url: string | undefined): Sandbox {
  const box = createSandbox()
  const job = {command: ['sh', '-c', 'exit $(cat code)'], schedule: '0 3 1 1 *'}
  const alerting = {groupWait: '1ms', routes: [{level: 'INFO', to: ['ops']}]}
  const channels = {ops: {type: 'webhook', url}}
  box.write('.guardianrc.json', JSON.stringify({jobs: {scan: job}, ...(url !== undefined && {channels, alerting})}))
  box.write('code', '3')
  return box
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

/** What else the machine does may fall on one side more than on the other, so a large difference is measured anew. */
async function laterMs(url: string, wrap?: (line: string) => string): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let left = 3; left > 0 && least >= tolerableMs; left--) least = Math.min(least, await measure(url, wrap))
  return least
}

/** How much later a failing run ends than one beside it without channels. */
async function measure(url: string, wrap: (line: string) => string = (line) => line): Promise<number> {
  const boxes = [sandbox(url), sandbox(undefined)] as const
  const times: [number[], number[]] = [[], []]
  for (let turn = 0; turn <= (isLong ? 40 : 8); turn++) {
    for (const [side, box] of boxes.entries()) {
      const begun = performance.now()
      expect((await box.sh(wrap('guard run scan'))).code).toBe(3)
      // The first run of each fills the caches.
      if (turn > 0) times[side]?.push(performance.now() - begun)
    }
  }
  return median(times[0]) - median(times[1])
}

describe('a failing run does not wait for', () => {
  test('a receiver that never answers', async () => {
    const {url} = await startReceiver(() => undefined)
    const later = await laterMs(url)
    console.log(`a receiver that never answers: ${later.toFixed(1)} ms later`)
    expect(later).toBeLessThan(tolerableMs)
  }, 300_000)

  test('a receiver that refuses', async () => {
    const later = await laterMs(`http://127.0.0.1:${await closedPort()}`)
    console.log(`a receiver that refuses: ${later.toFixed(1)} ms later`)
    expect(later).toBeLessThan(tolerableMs)
  }, 300_000)

  test.skipIf(noNamespaces !== undefined)(
    `a name server that never answers${noNamespaces ? ` (skipped: ${noNamespaces})` : ''}`,
    async () => {
      const file = join(tempDir(), 'resolv.conf')
      const mounts = `echo nameserver 192.0.2.1 > ${file} && mount --bind ${file} /etc/resolv.conf`
      const later = await laterMs('https://hooks.example.org/x', (line) => withMounts(mounts, line))
      console.log(`a name server that never answers: ${later.toFixed(1)} ms later`)
      expect(later).toBeLessThan(tolerableMs)
    },
    300_000,
  )
})

/** A job that has run before, so that a run finds all caches and journals. Settings are kept once their file is 2.5 s old. */
async function runWithCaches(url: string | undefined): Promise<Sandbox> {
  const box = sandbox(url)
  box.write('code', '0')
  const run = async () => expect((await box.sh('guard run scan')).code).toBe(0)
  await run()
  await sleep(2600)
  await run()
  expect(filesIn(box.path('home')).join()).toMatch(/\/settings-/)
  await run()
  return box
}

test.skipIf(!existsSync('/usr/bin/strace'))(
  'a healthy run opens no file more than without channels',
  async () => {
    const opened = async (url: string | undefined) => {
      const box = await runWithCaches(url)
      // A file for each process: in one for all, calls at one time are torn into two lines, and the first has no result.
      expect((await box.sh(`strace -ff -e trace=openat,open -o ${box.path('trace')} guard run scan`)).code).toBe(0)
      const traces = readdirSync(box.dir).filter((name) => name.startsWith('trace.'))
      const lines = traces.flatMap((name) => readFileSync(box.path(name), 'utf8').split('\n'))
      return lines.filter((line) => line.includes(box.dir) && !line.includes('ENOENT')).length
    }
    const [without, withChannels] = [await opened(undefined), await opened(`http://127.0.0.1:${await closedPort()}`)]
    console.log(`files of its own that a healthy run opens: ${without} without channels, ${withChannels} with them`)
    expect(withChannels).toBe(without)
  },
  120_000,
)
