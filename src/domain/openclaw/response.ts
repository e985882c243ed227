/**
 * How a call of OpenClaw failed.
 *
 * - transient: nothing was done; it may work later
 * - configuration: it cannot work until a person changes a setting or the machine
 * - permanent: OpenClaw refuses, now and later
 * - outcome-unknown: it may have been done, or may be done later; this is not treated as a failure
 */
export type FailureKind = 'transient' | 'configuration' | 'permanent' | 'outcome-unknown'

export type FailureCause =
  | 'gateway-down'
  | 'gateway-closed'
  | 'gateway-timeout'
  | 'gateway-draining'
  | 'wrong-token'
  | 'no-token'
  | 'no-secret'
  | 'unknown-id'
  | 'system-owned'
  | 'no-handle'
  | 'unknown-command'
  | 'wrong-node'
  | 'not-installed'
  | 'killed'
  | 'garbage'
  | 'other'

export interface OpenClawFailure {
  readonly kind: FailureKind
  readonly cause: FailureCause
  /** OpenClaw's own words, shortened to one line. */
  readonly message: string
}

export type Response<T> =
  | {readonly ok: true; readonly value: T}
  | {readonly ok: false; readonly failure: OpenClawFailure}

/**
 * What the gateway's health address says.
 *
 * - ready: it answers and is ready
 * - not-ready: it answers, but starts up or drains
 * - hung: it accepts the connection and does not answer
 * - down: nothing listens
 * - unclear: the answer is not a health report (gateways before 2026.5 send a page of HTML)
 */
export type GatewayHealth = 'ready' | 'not-ready' | 'hung' | 'down' | 'unclear'
