import {setFlagsFromString} from 'node:v8'

/** What a short piece of work sets, and what V8 has by itself. */
const flags = [
  ['--no-opt', '--opt'],
  ['--no-parallel-scavenge', '--parallel-scavenge'],
  ['--semi-space-growth-factor=8', '--semi-space-growth-factor=2'],
] as const

/**
 * Does a short piece of work without V8's optimizing compiler. What loops over ten thousand jobs once is hot enough to be
 * compiled, and ends before that pays: of the 110 ms of CPU of such a round the compiler took 14. So little garbage is
 * collected sooner by one thread than by some that have to be woken, and sooner twice than four times.
 */
export async function unoptimized<T>(work: () => Promise<T>): Promise<T> {
  for (const [during] of flags) setFlagsFromString(during)
  try {
    return await work()
  } finally {
    // As before, or V8 would refuse the code caches that this process writes.
    for (const [, after] of flags) setFlagsFromString(after)
  }
}
