import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, test} from 'vitest'
import {withTimeLimit} from '../../../src/system/channels/time-limit.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Of a signal that only its listener holds. @returns its reason, once it aborts */
function reasonOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
}

test('what is to end in time ends though garbage is collected meanwhile', async () => {
  const reason = reasonOf(withTimeLimit(new AbortController().signal, 50))
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  // The timer keeps no program alive.
  const alive = setInterval(() => undefined, 10)
  expect(await reason).toMatchObject({name: 'TimeoutError'})
  clearInterval(alive)
})

test('it ends with the other signal before, for its reason, also if that has aborted by then', async () => {
  const other = new AbortController()
  const limited = withTimeLimit(other.signal, 60_000)
  other.abort('stop')
  expect([limited.aborted, limited.reason]).toEqual([true, 'stop'])
  expect(withTimeLimit(other.signal, 60_000)).toMatchObject({aborted: true, reason: 'stop'})
})
