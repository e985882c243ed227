import * as Args from '@oclif/core/args'
import {boolean, string} from '@oclif/core/flags'
import {checkedName, GuardCommand} from '../src/cli/guard-command.js'
import {printLog} from '../src/cli/print-log.js'
import {logDeps} from '../src/cli/wire/logs.js'
import {locateLog} from '../src/usecases/history/read-log.js'

export default class Logs extends GuardCommand {
  static override summary = 'The output of the last run of a job, or of another one'
  static override examples = [
    '<%= config.bin %> logs scan',
    '<%= config.bin %> logs scan --follow',
    '<%= config.bin %> logs scan --run 3kXw',
  ]

  static override args = {job: Args.string({required: true, description: 'name of the job'})}

  static override flags = {
    follow: boolean({
      summary: 'go on as the log grows, also into the next runs, until interrupted',
      exclusive: ['run'],
    }),
    run: string({summary: 'the run with this id, or with an id that begins so', helpValue: 'ID'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Logs)
    const job = checkedName(args.job)
    const guard = await this.openGuard(flags)
    const json = this.jsonEnabled()
    if (flags.follow) return printLog({job, follow: guard.logFileOf(job), json})
    const located = locateLog(logDeps(guard), job, flags.run)
    return printLog({job, ...located, json})
  }
}
