import {GuardError} from '../../errors.js'

/**
 * The atomic file operations of the protocol. Its functions are generators that yield one operation at a time, so that
 * the same code runs on the disk (`disk.ts`), in the model checker and under injected faults.
 */
export type FileOp =
  | {readonly op: 'list' | 'list-archives'}
  | {readonly op: 'open' | 'create' | 'status' | 'remove'; readonly name: string}
  | {readonly op: 'read'; readonly file: FileHandle; readonly from: number; readonly atMost: number}
  | {readonly op: 'ends-with-newline' | 'sync' | 'close'; readonly file: FileHandle}
  | {readonly op: 'append'; readonly file: FileHandle; readonly bytes: Buffer}
  | {readonly op: 'write-new'; readonly name: string; readonly bytes: Buffer}
  | {readonly op: 'link' | 'rename' | 'date-like'; readonly name: string; readonly to: string}
  | {readonly op: 'sync-folders'}
  | {readonly op: 'pause'; readonly ms: number}

/** Operations that result in a `T`. */
export type Step<T> = Generator<FileOp, T, unknown>

/** An open file. Its identity (device and inode) differs from that of a later file of the same name. */
export interface FileHandle {
  readonly fd: number
  readonly identity: string
  /** Why it could not be opened for writing; undefined if it could. */
  readonly refusal?: NodeJS.ErrnoException
}

export interface FileStatus {
  readonly identity: string
  /** Bytes. */
  readonly size: number
}

function* ask<T>(op: FileOp): Step<T> {
  return (yield op) as T
}

/** Numbers of the journal's generations, in no order. */
export const list = () => ask<readonly number[]>({op: 'list'})
/** Numbers of the archived generations, in no order. */
export const listArchives = () => ask<readonly number[]>({op: 'list-archives'})
/** Opens for reading and appending. @returns undefined if there is no such file */
export const open = (name: string) => ask<FileHandle | undefined>({op: 'open', name})
/** Opens a file, and creates it if it is missing. */
export const create = (name: string) => ask<FileHandle>({op: 'create', name})
export const close = (file: FileHandle) => ask<void>({op: 'close', file})
/** Identity and size of the file with this name. @returns undefined if there is none */
export const status = (name: string) => ask<FileStatus | undefined>({op: 'status', name})
/** Bytes from an offset to the end of the file, at most `atMost`; empty at the end. */
export const read = (file: FileHandle, from: number, atMost: number) => ask<Buffer>({op: 'read', file, from, atMost})
/** True for an empty file as well. */
export const endsWithNewline = (file: FileHandle) => ask<boolean>({op: 'ends-with-newline', file})
/** One write at the end of the file. @returns the number of bytes written, which may be short */
export const append = (file: FileHandle, bytes: Buffer) => ask<number>({op: 'append', file, bytes})
/** Writes a file under a name that no other process uses, and waits for the disk. */
export const writeNew = (name: string, bytes: Buffer) => ask<void>({op: 'write-new', name, bytes})
/** Gives a file a second name, unless that name exists. */
export const link = (name: string, to: string) => ask<'done' | 'exists' | 'missing'>({op: 'link', name, to})
export const rename = (name: string, to: string) => ask<'done' | 'missing'>({op: 'rename', name, to})
/** Copies the modification time of file `name` to file `to`, if `name` still exists. */
export const dateLike = (name: string, to: string) => ask<void>({op: 'date-like', name, to})
export const remove = (name: string) => ask<void>({op: 'remove', name})
export const sync = (file: FileHandle) => ask<void>({op: 'sync', file})
export const syncFolders = () => ask<void>({op: 'sync-folders'})
/** Lets other processes go on. */
export const pause = (ms: number) => ask<void>({op: 'pause', ms})

/** @returns false if the disk is full or a quota or limit is reached; then no file remains */
export function* tryWriteNew(name: string, bytes: Buffer): Step<boolean> {
  try {
    yield* writeNew(name, bytes)
    return true
  } catch (error) {
    if (error instanceof GuardError && error.kind === 'io') return false
    throw error
  }
}

/** All bytes from an offset on; empty if there is no such file. */
export function* readFrom(name: string, from: number): Step<Buffer> {
  const file = yield* open(name)
  if (!file) return Buffer.alloc(0)
  const bytes = yield* readAll(file, from)
  yield* close(file)
  return bytes
}

export function* readAll(file: FileHandle, from: number): Step<Buffer> {
  const chunks: Buffer[] = []
  for (let at = from; ; at += chunks.at(-1)?.length ?? 0) {
    const chunk = yield* read(file, at, 1024 * 1024)
    if (chunk.length === 0) return Buffer.concat(chunks)
    chunks.push(chunk)
  }
}

/** Runs the operations one after the other. One that fails throws inside the protocol, at its `yield`. */
export function drive<T>(steps: Step<T>, perform: (op: FileOp) => unknown): T {
  let turn = steps.next()
  while (!turn.done) {
    let answer: unknown
    try {
      answer = perform(turn.value)
    } catch (error) {
      turn = steps.throw(error)
      continue
    }
    turn = steps.next(answer)
  }
  return turn.value
}
