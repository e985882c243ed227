import {isStandalone} from './program.js'

/** What guard calls of C where bun can. */
interface Libc {
  readonly clock_gettime: (clock: number, time: BigInt64Array) => number
  readonly ioctl: (descriptor: number, request: number, value: Int32Array) => number
  readonly poll: (descriptors: Int32Array, count: number, timeoutMs: number) => number
  readonly getrlimit: (resource: number, limits: BigUint64Array) => number
  readonly setrlimit: (resource: number, limits: BigUint64Array) => number
  readonly pipe2: (ends: Int32Array, flags: number) => number
}

/** The part of bun that calls C. */
interface Ffi {
  dlopen(library: string, symbols: object): {readonly symbols: Libc}
}

let found: {readonly symbols: Libc | undefined} | undefined

/** @returns undefined on Node, which cannot call C, and where there is no glibc */
export function libc(): Libc | undefined {
  found ??= {symbols: isStandalone ? open() : undefined}
  return found.symbols
}

function open(): Libc | undefined {
  try {
    const ffi = process.getBuiltinModule('bun:ffi') as unknown as Ffi
    const int = 'i32'
    return ffi.dlopen('libc.so.6', {
      clock_gettime: {args: [int, 'ptr'], returns: int},
      ioctl: {args: [int, 'u64', 'ptr'], returns: int},
      poll: {args: ['ptr', 'u64', int], returns: int},
      getrlimit: {args: [int, 'ptr'], returns: int},
      setrlimit: {args: [int, 'ptr'], returns: int},
      pipe2: {args: ['ptr', int], returns: int},
    }).symbols
  } catch {
    return undefined
  }
}
