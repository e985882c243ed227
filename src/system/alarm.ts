/** Nobody ever writes to it: whoever waits for a change waits for the whole time. */
const still = new Int32Array(new SharedArrayBuffer(4))

/**
 * Calls `work` after `ms`, unless the program has ended by then: it keeps nobody waiting, as an unref'd timer. For what
 * a run of a second never comes to: V8 has this wait built in, and the parts of setTimeout have to be compiled first,
 * which is a fiftieth of what a start of guard costs (Node 20). It cannot be called off: `work` has to ask whether it
 * is still wanted.
 */
export function callAfter(ms: number, work: () => void): void {
  const {async: waits, value} = Atomics.waitAsync(still, 0, 0, ms)
  if (waits) void value.then(work)
  else work()
}
