import type {FileHandle, FileOp} from '../../src/journal/protocol/files.js'
import {archivedGenerationOf, generationOf, generationsFolder} from '../../src/journal/protocol/names.js'

/** Files in memory, with names that are links to inodes, for the operations that `disk.ts` performs on a disk. */
export interface ModelFiles {
  perform(op: FileOp): unknown
  /** Everything that a later process can read, as text. */
  fingerprint(): string
  /** Writes only the first bytes of an append, as after a kill or on a full disk. */
  tear(op: Extract<FileOp, {op: 'append'}>, bytes: number): number
}

/** The files and the operations on their names. */
function fileTable() {
  const inodes: Buffer[] = []
  const names = new Map<string, number>()
  const opened = new Set<number>()
  const handle = (inode: number): FileHandle => ({fd: inode, identity: `inode-${inode}`})
  const make = (name: string, bytes: Buffer) => names.set(name, inodes.push(bytes) - 1)
  const bytesOf = (fd: number) => inodes[fd] ?? Buffer.alloc(0)
  const tear = ({file, bytes}: Extract<FileOp, {op: 'append'}>, count: number) => {
    inodes[file.fd] = Buffer.concat([bytesOf(file.fd), bytes.subarray(0, count)])
    return count
  }

  const open = (name: string) => {
    const inode = names.get(name)
    if (inode !== undefined) opened.add(inode)
    return inode === undefined ? undefined : handle(inode)
  }
  const link = (from: string, to: string) => {
    const inode = names.get(from)
    if (inode === undefined) return 'missing'
    if (names.has(to)) return 'exists'
    names.set(to, inode)
    return 'done'
  }
  const rename = (from: string, to: string) => {
    const inode = names.get(from)
    if (inode === undefined) return 'missing'
    // rename(2) leaves both names if they are links to the same file.
    if (names.get(to) !== inode) names.set(to, inode) && names.delete(from)
    return 'done'
  }

  const remove = (name: string) => {
    const inode = names.get(name)
    names.delete(name)
    // The content of an unreachable file would only multiply the states.
    if (inode !== undefined && !opened.has(inode) && ![...names.values()].includes(inode))
      inodes[inode] = Buffer.alloc(0)
  }

  return {inodes, names, handle, make, bytesOf, tear, open, link, rename, remove}
}

export function modelFiles(journal: string): ModelFiles {
  const {inodes, names, handle, make, bytesOf, tear, open, link, rename, remove} = fileTable()
  const numbersIn = (numberOf: (journal: string, file: string) => number | undefined) =>
    [...names.keys()]
      .filter((name) => name.startsWith(`${generationsFolder}/`))
      .map((name) => numberOf(journal, name.slice(generationsFolder.length + 1)))
      .filter((generation) => generation !== undefined)
  const perform = (op: FileOp): unknown => {
    switch (op.op) {
      case 'list':
        return numbersIn(generationOf)
      case 'list-archives':
        return numbersIn(archivedGenerationOf)
      case 'open':
        return open(op.name)
      case 'create':
        if (!names.has(op.name)) make(op.name, Buffer.alloc(0))
        return open(op.name)
      case 'status': {
        const inode = names.get(op.name)
        return inode === undefined ? undefined : {identity: handle(inode).identity, size: bytesOf(inode).length}
      }
      case 'read':
        return bytesOf(op.file.fd).subarray(op.from, op.from + op.atMost)
      case 'ends-with-newline':
        return (bytesOf(op.file.fd).at(-1) ?? 10) === 10
      case 'append':
        return tear(op, op.bytes.length)
      case 'write-new':
        make(op.name, op.bytes)
        return undefined
      case 'link':
        return link(op.name, op.to)
      case 'rename':
        return rename(op.name, op.to)
      case 'remove':
        remove(op.name)
        return undefined
      case 'date-like':
      case 'sync':
      case 'pause':
      case 'sync-folders':
      case 'close':
        return undefined
    }
  }
  const fingerprint = () =>
    [...names]
      .sort()
      .map(([name, inode]) => `${name}=${inode}`)
      .concat(inodes.map((bytes) => bytes.toString('latin1')))
      .join('\n')
  return {perform, fingerprint, tear}
}
