import {spawn} from 'node:child_process'
import type {Workplace} from './workplace.js'

/** What is started at one tick on average, with some in reserve. */
const burst = 10

/** No tick is shorter on a fast machine, nor longer on a slow one. Milliseconds. */
const shortestMs = 1000
const longestMs = 4000

/**
 * How long a tick is on this machine now: long enough that twice the work of a tick would be done within it. So the
 * limits, which are counted in ticks, mean the same on a slow or busy machine.
 */
export async function measureTick(place: Workplace): Promise<number> {
  // Fills caches, which later runs have too.
  await runOnce(place, 0)
  const beganAt = performance.now()
  await Promise.all(Array.from({length: burst}, (_, index) => runOnce(place, index)))
  const neededMs = 2 * (performance.now() - beganAt)
  return Math.round(Math.min(longestMs, Math.max(shortestMs, neededMs)))
}

function runOnce(place: Workplace, index: number): Promise<void> {
  const [file, ...args] = place.guard
  const own = ['run', '--state-dir', place.path('warm-up'), '--job', `warm-up-${index}`, '--', 'true']
  const child = spawn(file, [...args, ...own], {cwd: place.dir, env: place.env, stdio: 'ignore'})
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
}
