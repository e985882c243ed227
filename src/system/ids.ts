import {closeSync, openSync, readSync} from 'node:fs'

const idBytes = 9
/** A run writes five records: the kernel is asked once for all of them. */
const poolBytes = idBytes * 16

let pool: Buffer | undefined
let used = poolBytes

/** 72 random bits in 12 characters. Read from the kernel: loading `node:crypto` took 8.3 ms where this took 0.36 (best of nine). */
export function newId(): string {
  if (!pool || used === poolBytes) {
    pool = readBits(poolBytes)
    used = 0
  }
  used += idBytes
  return pool.toString('base64url', used - idBytes, used)
}

function readBits(bytes: number): Buffer {
  const fd = openSync('/dev/urandom', 'r')
  try {
    const bits = Buffer.alloc(bytes)
    for (let filled = 0; filled < bytes; ) filled += readSync(fd, bits, filled, bytes - filled, null)
    return bits
  } finally {
    closeSync(fd)
  }
}
