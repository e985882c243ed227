import type {Run} from '../../domain/run/run.js'
import {type Triggered, triggerJob} from '../../usecases/schedule/trigger-job.js'
import type {Call} from '../command/definition.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'
import {wireTrigger} from '../wire/scheduler/trigger.js'

interface TriggerOptions extends Pick<Call, 'print' | 'json'> {
  readonly job: string
  /** Until the run has ended. */
  readonly waits: boolean
}

const interruptedCode = 130

/** `guard trigger`. @returns the object for `--json` */
export async function triggerByCommand(guard: Guard, {job, waits, json, print}: TriggerOptions): Promise<object> {
  const triggered = await triggerJob(wireTrigger(guard), job, waits ? Number.POSITIVE_INFINITY : undefined)
  const {runId, state, startedGuard} = triggered
  if (state === 'unrecorded') printWarning(`no record of run ${runId} of ${job} is found`, ['see why: guard doctor'])
  if (!waits) {
    startedGuard.leave()
    print(runId)
    if (state === 'waiting') printWarning(`${job} waits for its other run; see guard lease show ${job}`)
    return {job, runId, state}
  }
  return {job, runId, ...(await waitFor(guard, triggered, json))}
}

async function waitFor(guard: Guard, triggered: Triggered, json: boolean): Promise<object> {
  const {job, runId} = triggered
  const code = json
    ? await triggered.startedGuard.ended
    : await (await import('../run/follow-run.js')).followRun(guard, triggered)
  process.exitCode = code ?? interruptedCode
  if (code === undefined) {
    printWarning(`${job} goes on as run ${runId}`, [`see its output: guard logs ${job} --follow`])
    return {state: 'started'}
  }
  const run = guard
    .runs()
    .read()
    .get(job)
    ?.runs.find(({id}) => id === runId)
  return {state: 'ended', exitCode: code, ...(run && endOf(run))}
}

function endOf({startedAt, endedAt, outcome, durationMs}: Run): object {
  return {
    ...(outcome !== undefined && {outcome}),
    startedAt: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && {endedAt: new Date(endedAt).toISOString()}),
    ...(durationMs !== undefined && {durationMs}),
  }
}
