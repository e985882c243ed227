import {readFileSync} from 'node:fs'
import {userInfo} from 'node:os'

interface User {
  readonly username: string
  readonly homedir: string
}

/**
 * The user who runs this, as cron knows him: by the user database, whatever is in the environment here; `userInfo` of bun
 * takes both from there. A user who is known elsewhere than in passwd(5) is left to it.
 *
 * @returns undefined if the user has no entry
 */
export function databaseUser(): User | undefined {
  const uid = String(process.geteuid?.())
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const [username, , , , , homedir] = lines.map((line) => line.split(':')).find((fields) => fields[2] === uid) ?? []
    return username !== undefined && homedir !== undefined ? {username, homedir} : userInfo()
  } catch {
    return undefined
  }
}
