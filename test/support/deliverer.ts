import type {Sandbox} from './sandbox.js'

/** The number of the process that stays to send alerts. What has failed it tries again by itself, after a few seconds. */
export function delivererOf(box: Sandbox): number {
  const lease = box.journal('leases.jsonl').findLast(({job}) => job === 'guard-deliverer')
  return Number((lease?.['process'] as {readonly pid: number} | undefined)?.pid)
}
