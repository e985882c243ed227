import {setFlagsFromString} from 'node:v8'

/**
 * Does a short piece of work without V8's optimizing compiler. What loops over ten thousand jobs once is hot enough to be
 * compiled, and ends before that pays: of the 200 ms of CPU of such a round the compiler took 80. So little garbage is
 * collected sooner by one thread than by some that have to be woken.
 */
export async function unoptimized<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-parallel-scavenge')
  try {
    return await work()
  } finally {
    // As before, or V8 would refuse the code caches that this process writes.
    setFlagsFromString('--opt')
    setFlagsFromString('--parallel-scavenge')
  }
}
