import {lchownSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

/** The uid of nobody on Debian, which no other user has. */
const ordinaryUser = 65534

/** Does work on a folder as a user who is not root, because root may read and write everything. */
export async function asOrdinaryUser<T>(dir: string, work: () => T | Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work()
  for (const entry of ['', ...readdirSync(dir, {recursive: true, encoding: 'utf8'})]) {
    lchownSync(join(dir, entry), ordinaryUser, ordinaryUser)
  }
  process.seteuid?.(ordinaryUser)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
