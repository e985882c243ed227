import {readFileSync} from 'node:fs'

/**
 * Whether a group has members other than this user and root. Many systems give each user a group of their own.
 *
 * @returns true also of a group that the files of this machine do not name, because its members are unknown
 */
export function hasOtherMembers(gid: number, uid: number): boolean {
  try {
    const users = linesOf('/etc/passwd').map(([name = '', , id, group]) => ({
      name,
      uid: Number(id),
      gid: Number(group),
    }))
    const group = linesOf('/etc/group').find(([, , id]) => Number(id) === gid)
    if (!group) return true
    const trusted = new Set(users.filter((user) => user.uid === uid || user.uid === 0).map(({name}) => name))
    const named = (group[3] ?? '').split(',').filter(Boolean)
    return [...named, ...users.filter((user) => user.gid === gid).map(({name}) => name)].some(
      (name) => !trusted.has(name),
    )
  } catch {
    return true
  }
}

function linesOf(file: string): readonly (readonly string[])[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
}
