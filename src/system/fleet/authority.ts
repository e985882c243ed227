import {X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {StoreFault} from '../../domain/fleet/store-fault.js'

/**
 * Reads the certificates of the authority of a store. What holds none that can be read is refused here, before any
 * connection: Node would go on without it, and bun gives an error that looks like a server that is away.
 *
 * Throws StoreFault.
 */
export function readAuthority(file: string, place: string): string {
  const of = `the certificate of the authority for the store at ${place}`
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const hints = ['check the path of sslrootcert, and the rights of the file']
    throw new StoreFault('refused', `${of} cannot be read: ${(cause as Error).message}`, hints, {cause})
  }
  if (!isReadable(text)) {
    const hints = [
      'let sslrootcert name a whole file of certificates: -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    ]
    throw new StoreFault('refused', `${of} is not in ${file}, or is damaged`, hints)
  }
  return text
}

/** Every certificate counts: those behind a damaged one would be left out in silence. */
function isReadable(text: string): boolean {
  const begun = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g) ?? []
  const whole = text.match(/-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? []
  return whole.length > 0 && whole.length === begun.length && whole.every(isCertificate)
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}
