import {defineCommand} from '../src/cli/command/definition.js'
import {printLog} from '../src/cli/logs/print-log.js'
import {logDeps, logSecrets} from '../src/cli/wire/diagnose/logs.js'
import {namedJob} from '../src/cli/wire/named-job.js'
import {locateLog} from '../src/usecases/history/read-log.js'

export default defineCommand({
  summary: 'The output of the last run of a job, or of another one',
  description: `A terminal gets lines and colours; other control characters are shown as \\x1b and the like, unless --raw is given. A pipe
or a file gets the bytes as the job wrote them, as from cat: mind that what prints them on a terminal later obeys them.
Secrets that the settings name by {file} or {env} stand as *** in each case; the log itself has them if the job prints them.`,
  examples: ['guard logs scan', 'guard logs scan --follow', 'guard logs scan --run 3kXw'],
  args: {job: {required: true, summary: 'name of the job'}},
  flags: {
    follow: {
      type: 'boolean',
      summary: 'go on as the log grows, also into the next runs, until interrupted',
      exclusive: ['run'],
    },
    raw: {type: 'boolean', summary: 'all control characters, on a terminal too'},
    run: {type: 'text', summary: 'the run with this id, or the first characters of it, at least 4', helpValue: 'ID'},
  },
  async run({args, flags, openGuard, json}) {
    const guard = await openGuard()
    const job = namedJob(guard, args.job)
    const log = flags.follow ? {follow: guard.logFileOf(job)} : locateLog(logDeps(guard), job, flags.run)
    await printLog({job, ...log, json, raw: flags.raw === true, secrets: logSecrets(guard, job)})
    return undefined
  },
})
