import {spawnSync} from 'node:child_process'
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
    const [username, , , , , homedir] = passwdEntries().find((fields) => fields[2] === uid) ?? []
    return username !== undefined && homedir !== undefined ? {username, homedir} : userInfo()
  } catch {
    return undefined
  }
}

/** passwd(5): the fields of each user. */
function passwdEntries(): readonly (readonly string[])[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
}

/** Whether there is a user of a name, asked for many; one who is known elsewhere than in passwd(5) is found by id(1). */
export function userNames(): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    if (known.size === 0) for (const [user = ''] of passwdEntries()) known.set(user, true)
    const found = known.get(name) ?? (/^[\w.][\w.$@+-]*$/.test(name) && isKnownElsewhere(name))
    known.set(name, found)
    return found
  }
}

function isKnownElsewhere(name: string): boolean {
  return /\D/.test(name) && spawnSync('id', ['-u', name], {stdio: 'ignore', timeout: 5000}).status === 0
}
