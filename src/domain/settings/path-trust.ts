import {hasOtherMembers} from './group-members.js'

/** What `lstat` says of one component of a path. */
interface PathFacts {
  readonly uid: number
  readonly gid: number
  /** With the bits of the file type. */
  readonly mode: number
}

/** The file system as this user sees it. Its functions throw errors of node:fs. */
export interface PathReader {
  /** Effective user id. */
  readonly uid: number
  /** @returns undefined if there is no such file */
  lstat(path: string): PathFacts | undefined
  readLink(path: string): string
  readFile(path: string): string
}

export interface PathRule {
  /** Directories of root on the way may be writable by any group, as /var/log often is; the last one may not. */
  readonly allowsGroupsOfRoot?: boolean
  /** Before something is made. Afterwards it is judged again: what is missing now can be anything a moment later. */
  readonly allowsMissing?: boolean
}

/** A path that leads through more of them is refused, as the kernel does. */
export const mostLinks = 40

const typeMask = 0o170000
const linkType = 0o120000
const folderType = 0o040000

/**
 * Why another user could put something else in the place of a path, as StrictModes of sshd asks it. Each directory that
 * the kernel passes, also by links, belongs to the user or root and is not writable by others; or it is root's and
 * sticky, and what the path names in it belongs to the user or root and is no link. The last directory is never shared.
 *
 * @param path absolute
 * @returns undefined if no other user could
 */
export function distrustOfPath(path: string, reader: PathReader, rule: PathRule = {}): string | undefined {
  const rest = namesOf(path)
  let folder = '/'
  let facts = reader.lstat(folder)
  for (let links = 0; facts; ) {
    const {uid: owner} = facts
    if (owner !== reader.uid && owner !== 0) return `${folder} belongs to user ${owner}`
    const name = rest.shift()
    const shared = isSharedFolder(facts, reader) ? `others may write ${folder}` : undefined
    if (name === undefined) return shared
    if (name === '..') {
      folder = parentOf(folder)
      facts = reader.lstat(folder)
      continue
    }
    const child = folder === '/' ? `/${name}` : `${folder}/${name}`
    const next = reader.lstat(child)
    if (next === undefined && rule.allowsMissing !== true) return `${child} does not exist`
    const isLink = hasType(next, linkType)
    const isEnd = next !== undefined && rest.length === 0 && !isLink && !hasType(next, folderType)
    if (shared !== undefined && (isEnd || !isSafeIn(facts, {child: next, reader, rule}))) {
      return isLink ? `${child} is a link, and ${shared}` : shared
    }
    if (isEnd) return undefined
    if (!isLink) {
      folder = child
      facts = next
      continue
    }
    links += 1
    if (links > mostLinks) return `${child} leads through more than ${mostLinks} links`
    const target = reader.readLink(child)
    rest.unshift(...namesOf(target))
    if (target.startsWith('/')) folder = '/'
    facts = reader.lstat(folder)
  }
  return undefined
}

/** Whether users other than this one and root may write a directory. */
export function isSharedFolder(
  {gid, mode}: Pick<PathFacts, 'gid' | 'mode'>,
  {uid, readFile}: Pick<PathReader, 'uid' | 'readFile'>,
): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && hasOtherMembers(gid, uid, readFile))
}

interface Step {
  /** undefined if it does not exist yet */
  readonly child: PathFacts | undefined
  readonly reader: PathReader
  readonly rule: PathRule
}

/** Whether the others who may write a directory cannot replace this child of it. */
function isSafeIn({uid, mode}: PathFacts, {child, reader, rule}: Step): boolean {
  if (uid !== 0) return false
  const isSticky = (mode & 0o1000) !== 0
  const isGroupOnly = rule.allowsGroupsOfRoot === true && (mode & 0o002) === 0
  if (!isSticky && !isGroupOnly) return false
  return child === undefined || ((child.uid === reader.uid || child.uid === 0) && !hasType(child, linkType))
}

function hasType(facts: PathFacts | undefined, type: number): boolean {
  return facts !== undefined && (facts.mode & typeMask) === type
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}
