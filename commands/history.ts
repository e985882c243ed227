import {defineCommand} from '../src/cli/command/definition.js'
import {historyToJson, renderRun, renderRuns, renderRunsOfAll, runToJson} from '../src/cli/render/run.js'
import {wireReconcile} from '../src/cli/wire/lease.js'
import {namedJob} from '../src/cli/wire/named-job.js'
import {GuardError} from '../src/errors.js'
import {findInferredRun, readInferredHistory, readLastRuns} from '../src/usecases/history/read-history.js'

export default defineCommand({
  summary: 'The last runs of a job, or of all: when, how they ended, what was done about it',
  examples: [
    'guard history pre_market_health_check',
    'guard history',
    'guard history scan --run 3kXw',
    'guard history scan --limit 3 --json',
  ],
  args: {job: {summary: 'name of the job, or of its script (default: all jobs)'}},
  flags: {
    limit: {type: 'integer', summary: 'so many runs, the newest first', default: 20, min: 1, max: 100_000},
    run: {type: 'text', summary: 'all about the run with this id, or with an id that begins so', helpValue: 'ID'},
  },
  async run({args, flags, print, show, openGuard}) {
    const guard = await openGuard()
    const deps = {...wireReconcile(guard), runs: guard.runs()}
    if (args.job === undefined) {
      if (flags.run !== undefined)
        throw new GuardError('usage', '--run needs the name of the job', [`guard history JOB --run ${flags.run}`])
      const runs = await readLastRuns(deps, flags.limit)
      if (runs.length === 0) print(`no run is known in ${guard.stateDir}`)
      else show(renderRunsOfAll, runs)
      return {runs: runs.map((run) => ({job: run.job, ...runToJson(run)}))}
    }
    const job = namedJob(guard, args.job)
    if (flags.run !== undefined) {
      const run = await findInferredRun(deps, job, flags.run)
      show(renderRun, run)
      return {job, runs: [runToJson(run)]}
    }
    const runs = await readInferredHistory(deps, job, flags.limit)
    const streak = deps.runs.read().get(job)?.streak
    if (runs.length === 0) print(`no run of ${job} is known in ${guard.stateDir}`)
    else show(renderRuns, job, runs, streak)
    return historyToJson(job, runs, streak)
  },
})
