import {fstatSync} from 'node:fs'
import type {Sheet} from '../render/page.js'

type Stream = 'stdin' | 'stdout' | 'stderr'

const descriptors: Readonly<Record<Stream, number>> = {stdin: 0, stdout: 1, stderr: 2}

/**
 * Whether a stream of this process is a terminal. In bun the stream's object is slow to make, and a pipe needs none.
 */
export function isTerminal(name: Stream): boolean {
  return mayBeTerminal(descriptors[name]) && process[name].isTTY === true
}

/** Standard output as what a text for people is written on. */
export function ownSheet(): Sheet {
  return mayBeTerminal(1) ? process.stdout : {}
}

/** Linux has /dev/null, /dev/full and their like under this major number, and no terminal. */
const memoryDevices = 1

function mayBeTerminal(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isCharacterDevice() && stat.rdev >> 8 !== memoryDevices
  } catch {
    // It is closed.
    return false
  }
}
