import {existsSync, readFileSync} from 'node:fs'
import {userInfo} from 'node:os'
import {type CommandResult, runCommand} from './run-command.js'

interface CronCommand {
  /** For the shell. */
  readonly command: string
  /** What the crontab sets: PATH, SHELL and others. */
  readonly variables: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** Runs a command as cron would: in the user's home, with nothing in its environment but what cron and the crontab set. */
export async function runUnderCron({command, variables, timeoutMs}: CronCommand): Promise<CommandResult> {
  const {username, homedir} = cronUser()
  const shell = variables['SHELL'] || '/bin/sh'
  const set = {HOME: homedir, LOGNAME: username, PATH: '/usr/bin:/bin', ...variables, SHELL: shell}
  const words = Object.entries(set).map(([name, value]) => `${name}=${value}`)
  const cwd = existsSync(set.HOME) ? set.HOME : '/'
  return runCommand({argv: ['/usr/bin/env', '-i', ...words, shell, '-c', command], timeoutMs, cwd})
}

/**
 * cron takes name and home from the user database, whatever is in the environment here; `userInfo` of bun takes them from
 * there. A user who is known elsewhere than in passwd(5) is left to it.
 */
function cronUser(): {readonly username: string; readonly homedir: string} {
  const uid = String(process.geteuid?.())
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === uid)
  const [username, , , , , homedir] = entry ?? []
  return username !== undefined && homedir !== undefined ? {username, homedir} : userInfo()
}
