/** What the codes of errors mean that Node and bun share. */

/** The code of the error or of what caused it. Of several addresses of one name each may have failed; the first counts. */
export function codeOf(error: unknown): string | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    const {code} = one as NodeJS.ErrnoException
    if (typeof code === 'string' && /^\w{1,60}$/.test(code)) return code
    if (one instanceof AggregateError && one.errors.length > 0) return codeOf(one.errors[0])
  }
  return undefined
}

type CertificateFault = 'expired' | 'not-yet-valid' | 'other-name' | 'unknown-authority' | 'other'

/** Why the certificate of the other side is not accepted. @returns undefined if the code says nothing of a certificate */
export function certificateFault(code = ''): CertificateFault | undefined {
  if (code === 'CERT_HAS_EXPIRED') return 'expired'
  if (code === 'CERT_NOT_YET_VALID') return 'not-yet-valid'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'other-name'
  if (/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|CERT_UNTRUSTED|CERT_SIGNATURE/.test(code)) return 'unknown-authority'
  return /^CERT_|_CERT_/.test(code) ? 'other' : undefined
}
