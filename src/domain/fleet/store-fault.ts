/**
 * - away: not reached, not ready, or no answer in time; worth asking again
 * - refused: password, right, certificate or schema are wrong; asking again changes nothing
 * - invalid: it answered what no store of this schema answers
 * - unaddressed: its address cannot be read, or is none; it was not asked
 */
type StoreFaultKind = 'away' | 'refused' | 'invalid' | 'unaddressed'

/** Why the store gave no answer. The message holds no secret. */
export class StoreFault extends Error {
  readonly kind: StoreFaultKind
  /** What to do now, one imperative sentence each. */
  readonly hints: readonly string[]

  /** Whether the store may have done what it was asked for, or may do it yet. */
  readonly isOpen: boolean

  constructor(
    kind: StoreFaultKind,
    message: string,
    hints: readonly string[] = [],
    {isOpen = false, ...options}: {readonly cause?: unknown; readonly isOpen?: boolean} = {},
  ) {
    super(message, options)
    this.name = 'StoreFault'
    this.kind = kind
    this.hints = hints
    this.isOpen = isOpen
  }
}
