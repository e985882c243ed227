/**
 * Whether a group has members other than this user and root. Many systems give each user a group of their own.
 *
 * @param readFile throws if it cannot read the file
 * @returns true also of a group that the files of this machine do not name, because its members are unknown
 */
export function hasOtherMembers(gid: number, uid: number, readFile: (path: string) => string): boolean {
  try {
    const users = linesOf(readFile('/etc/passwd')).map(([name = '', , id, group]) => ({
      name,
      uid: Number(id),
      gid: Number(group),
    }))
    const group = linesOf(readFile('/etc/group')).find(([, , id]) => Number(id) === gid)
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

function linesOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
}
