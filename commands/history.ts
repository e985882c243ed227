import {defineCommand} from '../src/cli/command/definition.js'
import {renderRuns, runToJson, streakToJson} from '../src/cli/render/run.js'
import {wireLease} from '../src/cli/wire/lease.js'
import {knownJob} from '../src/usecases/history/known-job.js'
import {readInferredHistory} from '../src/usecases/history/read-history.js'

export default defineCommand({
  summary: 'The last runs of a job: when, how they ended, what was done about it',
  examples: ['guard history pre_market_health_check', 'guard history scan --limit 3 --json'],
  args: {job: {required: true, summary: 'name of the job'}},
  flags: {
    limit: {type: 'integer', summary: 'so many runs, the newest first', default: 20, min: 1, max: 100_000},
  },
  async run({args, flags, print, openGuard}) {
    const guard = await openGuard()
    const job = knownJob({settings: guard.settings, runs: guard.runs(), leases: guard.leases()}, args.job)
    const runs = await readInferredHistory({...wireLease(guard), runs: guard.runs()}, job, flags.limit)
    const streak = guard.runs().read().get(job)?.streak
    print(runs.length === 0 ? `no run of ${job} is known in ${guard.stateDir}` : renderRuns(runs, streak))
    return {job, ...(streak && {streak: streakToJson(streak)}), runs: runs.map(runToJson)}
  },
})
