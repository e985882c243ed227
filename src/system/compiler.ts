import {setFlagsFromString} from 'node:v8'

/**
 * Does a short piece of work without V8's optimizing compiler. What loops over ten thousand jobs once is hot enough to be
 * compiled, and ends before that pays: of the 200 ms of CPU of such a round the compiler took 80.
 */
export async function unoptimized<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt')
  try {
    return await work()
  } finally {
    // As before, or V8 would refuse the code caches that this process writes.
    setFlagsFromString('--opt')
  }
}
