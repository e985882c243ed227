import {Command} from '@oclif/core/command'
import {boolean, custom} from '@oclif/core/flags'
import type {FlagInput} from '@oclif/core/interfaces'
import {durationOf} from '../src/cli/guard-command.js'
import {runOptionHelp} from '../src/cli/start/run-help.js'
import {runMain} from '../src/cli/start/run-main.js'
import {
  type RunFlags,
  type RunOption,
  type RunOptionName,
  runOptions,
  splitRunArgv,
} from '../src/cli/start/run-options.js'
import {unshieldTarget} from '../src/cli/start/split-argv.js'
import {GuardError} from '../src/errors.js'

/**
 * The grammar and the help of `guard run`. A plain call never comes here: `src/cli/start/parse-run-args.ts` reads it from the
 * same table, and both end in `runMain`.
 */
export default class Run extends Command {
  static override summary = 'Run a job under guard: lease, time limits, log, records, exit code passed through'
  static override description =
    'A script is found as a configured job, else as a file; everything after its name belongs to it. ' +
    'Any other command line goes after --. If the reader of the output goes away (| head), the job ends as it does ' +
    'without guard: PIPE, then TERM after --kill-after, exit code 141, no retry and no recovery. ' +
    'With --quiet, or if standard output or standard error is a file, the job goes on.'
  static override usage = ['run [FLAGS] SCRIPT-OR-JOB [ARGS...]', 'run [FLAGS] -- COMMAND [ARGS...]']
  static override examples = [
    '<%= config.bin %> run pre_market_health_check.py',
    '<%= config.bin %> run --job backup --timeout 30m -- rsync -a /srv/ /backup/',
    '<%= config.bin %> run --job hello --plan -- echo hello',
  ]

  static override strict = false
  static override flags = Object.fromEntries(
    Object.entries(runOptions).map(([name, option]) => [name, flagOf(option, runOptionHelp[name as RunOptionName])]),
  )

  protected override async catch(error: Error): Promise<never> {
    throw error
  }

  async run(): Promise<void> {
    const {own, target} = splitRunArgv(this.argv)
    const {flags} = await this.parse(Run, [...own])
    await runMain({flags: flags as RunFlags, target: unshieldTarget(target)})
  }
}

function flagOf({type, choices}: RunOption, summary: string): FlagInput[string] {
  if (type === 'boolean') return boolean({summary})
  if (type === 'duration') return custom<number>({helpValue: 'D', parse: async (text) => durationOf(text)})({summary})
  if (type === 'integer') return custom<number>({helpValue: 'N', parse: async (text) => integerOf(text)})({summary})
  return custom<string>({parse: async (text) => chosen(text, choices)})({
    summary,
    ...(choices && {options: [...choices]}),
  })
}

function integerOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new GuardError('usage', `"${text}" is not a whole number`, ['write digits alone'])
}

function chosen(text: string, choices: readonly string[] | undefined): string {
  if (!choices || choices.includes(text)) return text
  throw new GuardError('usage', `"${text}" is none of ${choices.join(', ')}`)
}
