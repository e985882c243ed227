/** Shorter values are words of ordinary texts. */
const shortestValue = 4

/** Shorter pieces of an address are its path, not its key. */
const shortestPiece = 10

/**
 * Masks secrets by their values: as they are, as they stand in an address, and, of an address that is a secret, each
 * piece long enough to be a key.
 */
export function maskValues(text: string, secrets: readonly string[]): string {
  const hidden = new Set(secrets.flatMap(formsOf))
  return [...hidden].sort((a, b) => b.length - a.length).reduce((masked, one) => masked.replaceAll(one, '***'), text)
}

function formsOf(secret: string): string[] {
  const whole = secret.length >= shortestValue ? [secret, inAddress(secret)] : []
  return secret.includes('://') ? [...whole, ...piecesOf(secret)] : whole
}

/** The host of a web address is no secret; in other addresses a key can stand at its place. */
function piecesOf(address: string): string[] {
  const keys = address.replace(/^(https?:\/\/)([^/?#@]*@)?[^/?#@]*/i, '$2 ')
  return keys.split(/[\s/:@?&=#,]+/).filter((piece) => piece.length >= shortestPiece)
}

function inAddress(secret: string): string {
  // Half a surrogate pair has no form in an address.
  return encodeURIComponent(secret.replace(/\p{Cs}/gu, ''))
}
