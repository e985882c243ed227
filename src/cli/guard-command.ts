import {Command} from '@oclif/core/command'
import {boolean, custom, string} from '@oclif/core/flags'
import {parseDuration} from '../domain/clock/duration.js'
import {isJobName, jobNameRule} from '../domain/job/job-name.js'
import {GuardError} from '../errors.js'
import {type Guard, openGuard} from './guard.js'

/** A flag that takes a duration and gives milliseconds. */
export const durationFlag = custom<number>({
  helpValue: 'D',
  parse: async (text) => durationOf(text),
})

export function durationOf(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined)
    throw new GuardError('usage', `"${text}" is not a duration`, [
      'write 500ms, 30s, 10m, 2h or 1d; a bare number is seconds',
    ])
  return ms
}

/** Refuses a name that could not be a job's, before it reaches a file or a journal. */
export function checkedName(name: string, what = 'job'): string {
  if (isJobName(name)) return name
  throw new GuardError('usage', `${JSON.stringify(name)} is not a name of a ${what}`, [`a name is ${jobNameRule}`])
}

export interface GlobalFlags {
  readonly 'state-dir'?: string | undefined
  readonly config?: string | undefined
  readonly 'allow-unsafe-filesystem'?: boolean | undefined
}

/** What all commands have: the global flags, `--json` as one object, and errors that `main` reports. */
export abstract class GuardCommand extends Command {
  static override enableJsonFlag = true

  static override baseFlags = {
    'state-dir': string({
      summary: 'directory of the journals',
      env: 'GUARD_STATE_DIR',
      helpGroup: 'GLOBAL',
      helpValue: 'DIR',
    }),
    config: string({summary: 'settings file', env: 'GUARD_CONFIG', helpGroup: 'GLOBAL', helpValue: 'FILE'}),
    'allow-unsafe-filesystem': boolean({
      summary: 'take a state directory on NFS and the like, which no other machine may use',
      helpGroup: 'GLOBAL',
    }),
    'no-color': boolean({summary: 'no colours (also NO_COLOR)', helpGroup: 'GLOBAL'}),
  }

  protected openGuard(flags: GlobalFlags): Promise<Guard> {
    return openGuard({
      stateDir: flags['state-dir'],
      config: flags.config,
      allowUnsafeFilesystem: flags['allow-unsafe-filesystem'] === true,
    })
  }

  /** Writes the whole text; a closed pipe (`| head`) is not an error. */
  protected print(text: string): void {
    if (text !== '') this.log(text)
  }

  override logJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : 0)}\n`)
  }

  protected override async catch(error: Error): Promise<never> {
    throw error
  }
}
