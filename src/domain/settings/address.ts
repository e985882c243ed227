/** Ports that fetch refuses, because other protocols answer there (https://fetch.spec.whatwg.org/#port-blocking). */
const refusedPorts: readonly number[] = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]

/** What is wrong with the address of a receiver, and what to write. @returns undefined if nothing is */
export function addressProblem(text: string): string | undefined {
  const url = webUrl(text)
  // A login in it is not sent by fetch.
  if (url?.username !== '' || url.password !== '') return 'is not an address; write https://host/path'
  if (url.port === '' || !refusedPorts.includes(Number(url.port))) return undefined
  return `has the port ${url.port}, which fetch refuses; let the receiver listen on another one`
}

/** What is wrong with the address of a proxy, and what to write. @returns undefined if nothing is */
export function proxyProblem(text: string): string | undefined {
  return webUrl(text) ? undefined : 'is not the address of an HTTP proxy; write http://host:port'
}

function webUrl(text: string): URL | undefined {
  if (!URL.canParse(text.trim())) return undefined
  const url = new URL(text.trim())
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** What is wrong with a secret that signs messages by Standard Webhooks, and what to write. @returns undefined if nothing is */
export function signingSecretProblem(text: string): string | undefined {
  const base64 = text.trim().replace(/^whsec_/, '')
  const digits = base64.replace(/={1,2}$/, '')
  const bytes = /^[A-Za-z0-9+/]+$/.test(digits) ? Math.floor((digits.length * 3) / 4) : 0
  return bytes >= 24 && bytes <= 64 ? undefined : 'is not `whsec_` and 24 to 64 bytes in base64'
}
