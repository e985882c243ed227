import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {endsWithin, systemClock} from '../../../src/system/host/clock.js'
import {bundleScript} from '../../support/bundle.js'
import {runtime} from '../../support/runtime.js'
import {tempDir} from '../../support/temp-dir.js'

test('the monotonic clock is the same for all processes of this boot, in both forms, and from the first reading on', async () => {
  const dir = tempDir()
  const source = join(dir, 'readings.ts')
  const clock = join(import.meta.dirname, '../../../src/system/host/clock.ts')
  writeFileSync(
    source,
    `import {systemClock} from ${JSON.stringify(clock)}
const readings = [systemClock.mono()]
await systemClock.sleep(50)
readings.push(systemClock.mono())
process.stdout.write(JSON.stringify(readings))`,
  )
  const script = await bundleScript(source, dir)
  const before = systemClock.mono()
  const {stdout} = spawnSync(runtime.file, [script], {env: runtime.env, encoding: 'utf8'})
  const after = systemClock.mono()

  const [first = 0, second = 0] = JSON.parse(stdout) as number[]
  expect([before, first, first + 49, second, after].toSorted((a, b) => a - b)).toEqual([
    before,
    first,
    first + 49,
    second,
    after,
  ])
})

describe('endsWithin', () => {
  test('is true for work that ends in time, well or not', async () => {
    expect(await endsWithin(Promise.resolve(), 60_000)).toBe(true)
    expect(await endsWithin(Promise.reject(new Error('no')), 60_000)).toBe(true)
  })

  test('is false for work that does not', async () => {
    expect(await endsWithin(new Promise(() => undefined), 1)).toBe(false)
  })
})
