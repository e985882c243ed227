import {defineCommand} from '../../src/cli/command/definition.js'
import {comingSlotToJson, renderComingSlots} from '../../src/cli/render/coming-slots.js'
import {namedJob} from '../../src/cli/wire/named-job.js'
import {wireComingSlots} from '../../src/cli/wire/scheduler/coming-slots.js'
import type {Settings} from '../../src/domain/settings/settings.js'
import {requireRightJob} from '../../src/usecases/run/refuse-wrong-job.js'
import {comingSlots, requireSettings} from '../../src/usecases/schedule/coming-slots.js'

export default defineCommand({
  summary: 'When the jobs of the settings are due next, by their schedules',
  description:
    'Whether or not the scheduler runs. Times are those at which it would start the job, spread included. It exits with 78 ' +
    'if the settings cannot be used, or if those of the named job are wrong.',
  examples: ['guard scheduler next', 'guard scheduler next backup --limit 3 --json'],
  args: {job: {summary: 'only the slots of this job'}},
  flags: {limit: {type: 'integer', summary: 'so many slots at most', default: 10, min: 1, max: 1000, helpValue: 'N'}},
  async run({args, flags, print, show, openGuard}) {
    const guard = await openGuard()
    requireSettings(guard.settings)
    const job = args.job === undefined ? undefined : namedJob(guard, args.job)
    if (job !== undefined) requireRightJob(guard.settings, job)
    const nowMs = guard.clock.now()
    const asked = {nowMs, job, perJob: flags.limit, untilMs: Number.POSITIVE_INFINITY}
    const coming = comingSlots(wireComingSlots(guard), asked).slice(0, flags.limit)
    if (coming.length > 0) show(renderComingSlots, coming)
    else print(noSlots(guard.settings, job))
    return {at: new Date(nowMs).toISOString(), slots: coming.map(comingSlotToJson)}
  },
})

function noSlots({jobs}: Settings, job: string | undefined): string {
  if (job === undefined) return 'no job of the settings has a slot that is known'
  return jobs[job]?.schedule === undefined
    ? `${job} has no schedule in the settings`
    : `${job} is counted from its first start, and the scheduler has not seen it yet`
}
