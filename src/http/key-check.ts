import {createHash, timingSafeEqual} from 'node:crypto'

const shortestKey = 16

/** Failures of one address within `failureWindowMs` after which its keys are not looked at any more. */
const mostFailures = 10
const failureWindowMs = 60_000
/** Addresses that are remembered, so that many of them take no memory. */
const mostAddresses = 4096

export type KeyVerdict =
  | {readonly is: 'accepted' | 'missing' | 'wrong'}
  /** Too many wrong keys came from this address: neither a right nor a wrong one is told from the other until then. */
  | {readonly is: 'blocked'; readonly retryAfterMs: number}

/**
 * Why no request could carry a key, or why it is too easily guessed. Clients disagree about how other characters than those
 * of ASCII are sent in a header, and blanks at its ends are no part of it.
 *
 * @returns undefined if it is right
 */
export function keyProblem(key: string): string | undefined {
  if (key.length < shortestKey) return `has less than ${shortestKey} characters`
  if (!/^[\x20-\x7e]*$/.test(key)) return 'has other characters than letters, digits, blanks and signs of ASCII'
  return key === key.trim() ? undefined : 'begins or ends with a blank'
}

/** Compares keys in constant time and counts wrong ones by address. */
export class KeyCheck {
  private readonly expected: Buffer | undefined
  private readonly monoMs: () => number
  private readonly failures = new Map<string, number[]>()

  /** @param key undefined if there is none; then none is right. @param monoMs monotonic clock */
  constructor(key: string | undefined, monoMs: () => number) {
    this.expected = key === undefined ? undefined : hashOf(key)
    this.monoMs = monoMs
  }

  get hasKey(): boolean {
    return this.expected !== undefined
  }

  check(given: string | undefined, address: string): KeyVerdict {
    if (given === undefined) return {is: 'missing'}
    const now = this.monoMs()
    const recent = (this.failures.get(address) ?? []).filter((at) => now - at < failureWindowMs)
    const [oldest] = recent
    if (oldest !== undefined && recent.length >= mostFailures)
      return {is: 'blocked', retryAfterMs: failureWindowMs - (now - oldest)}
    // Both are hashed, so that neither their lengths nor their bytes show in the time of the comparison.
    if (this.expected && timingSafeEqual(hashOf(given), this.expected)) return {is: 'accepted'}
    this.keep(address, [...recent, now])
    return {is: 'wrong'}
  }

  private keep(address: string, failures: number[]): void {
    this.failures.delete(address)
    this.failures.set(address, failures)
    const [oldest] = this.failures.keys()
    if (this.failures.size > mostAddresses && oldest !== undefined) this.failures.delete(oldest)
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
