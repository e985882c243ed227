/**
 * guard's one error class. The kind says who has to act; `cli/output/exit-codes.ts` turns it into an exit code.
 *
 * - usage: the command line is wrong
 * - breaker-open: not run, the breaker of the target is open
 * - internal: a fault of guard's own
 * - no-state: the state directory cannot be made
 * - io: reading or writing failed
 * - busy: another process holds the lease
 * - fenced: another process has a newer token
 * - config: the settings are wrong
 * - not-executable, not-found: the command to run
 */
export type ErrorKind =
  | 'usage'
  | 'breaker-open'
  | 'internal'
  | 'no-state'
  | 'io'
  | 'busy'
  | 'fenced'
  | 'config'
  | 'not-executable'
  | 'not-found'

export class GuardError extends Error {
  readonly kind: ErrorKind
  /** What to do now, one imperative sentence each. */
  readonly hints: readonly string[]
  /** Further keys of the JSON that `--json` prints beside `error`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    kind: ErrorKind,
    message: string,
    hints: readonly string[] = [],
    options: {cause?: unknown; details?: Readonly<Record<string, unknown>>} = {},
  ) {
    super(message, 'cause' in options ? {cause: options.cause} : undefined)
    this.name = 'GuardError'
    this.kind = kind
    this.hints = hints
    this.details = options.details ?? {}
  }
}
