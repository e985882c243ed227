import {existsSync} from 'node:fs'
import {databaseUser} from '../host/user.js'
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
  const {username, homedir} = databaseUser() ?? {username: '', homedir: '/'}
  const shell = variables['SHELL'] || '/bin/sh'
  const set = {HOME: homedir, LOGNAME: username, PATH: '/usr/bin:/bin', ...variables, SHELL: shell}
  const words = Object.entries(set).map(([name, value]) => `${name}=${value}`)
  const cwd = existsSync(set.HOME) ? set.HOME : '/'
  return runCommand({argv: ['/usr/bin/env', '-i', ...words, shell, '-c', command], timeoutMs, cwd})
}
