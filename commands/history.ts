import * as Args from '@oclif/core/args'
import {integer} from '@oclif/core/flags'
import {checkedName, GuardCommand} from '../src/cli/guard-command.js'
import {renderRuns, runToJson, streakToJson} from '../src/cli/render/run.js'
import {wireLease} from '../src/cli/wire/lease.js'
import {readInferredHistory} from '../src/usecases/history/read-history.js'

export default class History extends GuardCommand {
  static override summary = 'The last runs of a job: when, how they ended, what was done about it'
  static override examples = [
    '<%= config.bin %> history pre_market_health_check',
    '<%= config.bin %> history scan --limit 3 --json',
  ]

  static override args = {job: Args.string({required: true, description: 'name of the job'})}

  static override flags = {
    limit: integer({summary: 'so many runs, the newest first', default: 20, min: 1, max: 100_000}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(History)
    const job = checkedName(args.job)
    const guard = await this.openGuard(flags)
    const runs = await readInferredHistory({...wireLease(guard), runs: guard.runs()}, job, flags.limit)
    const streak = guard.runs().read().get(job)?.streak
    this.print(runs.length === 0 ? `no run of ${job} is known in ${guard.stateDir}` : renderRuns(runs, streak))
    return {job, ...(streak && {streak: streakToJson(streak)}), runs: runs.map(runToJson)}
  }
}
