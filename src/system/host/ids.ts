import {closeSync, openSync, readSync} from 'node:fs'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const lettersAndDigits = 62
const idLength = 12
/** Enough for all records of a run, so that the kernel is asked once. */
const poolBytes = idLength * 16

let pool: Buffer | undefined
let used = poolBytes

/**
 * Nearly 72 random bits in 12 characters, six bits of each byte. They are read from the kernel directly, because loading
 * `node:crypto` is a large part of the start of a run.
 */
export function newId(): string {
  if (!pool || used === poolBytes) {
    pool = readBits(poolBytes)
    used = 0
  }
  const end = used + idLength
  // An id is an argument of commands, which would take a first `-` for a flag.
  let id = alphabet.charAt((pool[used++] ?? 0) % lettersAndDigits)
  for (; used < end; used++) id += alphabet.charAt((pool[used] ?? 0) & 63)
  return id
}

function readBits(bytes: number): Buffer {
  const fd = openSync('/dev/urandom', 'r')
  try {
    const bits = Buffer.allocUnsafe(bytes)
    for (let filled = 0; filled < bytes; ) filled += readSync(fd, bits, filled, bytes - filled, null)
    return bits
  } finally {
    closeSync(fd)
  }
}
