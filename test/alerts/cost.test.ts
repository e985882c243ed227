import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {closedPort, startReceiver} from '../support/http-receiver.js'
import {noNamespaces, withMounts} from '../support/namespaces.js'
import {createSandbox, type Sandbox} from '../support/sandbox.js'
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

/** How much later a failing run ends than one beside it without channels. */
async function laterMs(url: string, wrap: (line: string) => string = (line) => line): Promise<number> {
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

test.skipIf(!existsSync('/usr/bin/strace'))(
  'a healthy run opens no file more than without channels',
  async () => {
    const opened = async (url: string | undefined) => {
      const box = sandbox(url)
      box.write('code', '0')
      // The second run finds all caches and journals.
      for (const trace of ['first', 'second'])
        expect((await box.sh(`strace -f -e trace=openat,open -o ${box.path(trace)} guard run scan`)).code).toBe(0)
      const lines = readFileSync(box.path('second'), 'utf8').split('\n')
      return lines.filter((line) => line.includes(box.dir) && !line.includes('ENOENT')).length
    }
    const [without, withChannels] = [await opened(undefined), await opened(`http://127.0.0.1:${await closedPort()}`)]
    console.log(`files of its own that a healthy run opens: ${without} without channels, ${withChannels} with them`)
    expect(withChannels).toBe(without)
  },
  120_000,
)
