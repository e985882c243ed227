import {defineCommand} from '../src/cli/command/definition.js'
import {renderStory, storyToJson} from '../src/cli/render/why.js'
import {wireWhy, wireWhyThen} from '../src/cli/wire/diagnose/why.js'
import {namedJob} from '../src/cli/wire/named-job.js'
import {roundPlan} from '../src/cli/wire/watchdog.js'
import {pastTime} from '../src/domain/clock/past-time.js'
import {GuardError} from '../src/errors.js'
import {explainJob} from '../src/usecases/diagnose/explain-job.js'
import {findRun} from '../src/usecases/history/read-history.js'

/** Throws GuardError `usage`. */
function timeOf(text: string, nowMs: number): number {
  const at = pastTime(text, nowMs, new Date(nowMs).getTimezoneOffset())
  if (at !== undefined) return at
  throw new GuardError('usage', `--at ${JSON.stringify(text)} is not a time of the past`, [
    'write 14:15, 14:15:30, 2026-11-28T14:15:00Z, or how long ago: 2h',
  ])
}

export default defineCommand({
  summary: 'Why a job failed, did not run or was skipped, and who was told',
  description:
    'The first sentence is the answer. What is known follows, the newest first, each sentence with the journal and the record that it comes from.',
  examples: [
    'guard why pre_market_health_check',
    'guard why scan --run 3kXw',
    'guard why scan --records',
    'guard why scan --at 2h',
  ],
  args: {job: {required: true, summary: 'name of the job, or of its script'}},
  flags: {
    run: {type: 'text', summary: 'tell of the run with this id, or with an id that begins so', helpValue: 'ID'},
    at: {
      type: 'text',
      summary: 'as it was at this time: 14:15, 2026-11-28T14:15:00Z, or 2h for two hours ago',
      helpValue: 'TIME',
    },
    records: {type: 'boolean', summary: 'print the records below their sentences'},
  },
  async run({args, flags, show, openGuard}) {
    const guard = await openGuard()
    const job = namedJob(guard, args.job)
    const runId = flags.run === undefined ? undefined : findRun({runs: guard.runs()}, job, flags.run).id
    const deps = flags.at === undefined ? wireWhy(guard) : wireWhyThen(guard, timeOf(flags.at, guard.clock.now()))
    const story = await explainJob(deps, roundPlan(guard), {job, runId})
    show(renderStory, story, {records: flags.records === true})
    return storyToJson(story)
  },
})
