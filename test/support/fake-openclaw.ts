import type {OpenClawJob} from '../../src/domain/openclaw/job.js'
import type {FailureCause, FailureKind, GatewayHealth, Response} from '../../src/domain/openclaw/response.js'
import type {Clock} from '../../src/system/host/clock.js'
import type {OpenClaw, OpenClawTask} from '../../src/system/openclaw/openclaw.js'
import {openClawJob} from './openclaw-job.js'

type Call = keyof OpenClaw

/** How the next call of a kind fails. With `lateMs` the gateway applies it after all, that many milliseconds later. */
export interface Fault {
  readonly on: Call
  readonly kind: FailureKind
  readonly cause?: FailureCause
  readonly lateMs?: number
}

export interface FakeOpenClaw extends OpenClaw {
  job: OpenClawJob | undefined
  tasks: OpenClawTask[]
  faults: Fault[]
  healthNow: GatewayHealth
  /** Called before each call, with its name, to change something meanwhile. */
  onCall: (call: Call) => void | Promise<void>
  /** Applies late calls and slots that are due by now. */
  readonly passTime: () => void
  readonly calls: Call[]
}

export const jobId = '3a7f742b-889a-4c05-9697-f5f873fea02c'

/** OpenClaw with one job whose marker was left behind by a dead run. Each call takes 3 s, as with the real one. */
export function fakeOpenClaw(clock: Clock, change: Partial<OpenClawJob> = {}): FakeOpenClaw {
  const late: {readonly at: number; readonly change: () => void}[] = []
  const switchJob = (enabled: boolean) => {
    if (!fake.job) return
    const nextRunAtMs = enabled ? clock.now() + 60_000 : undefined
    fake.job = {...fake.job, enabled, nextRunAtMs, ...(!enabled && {runningAtMs: undefined})}
  }
  /** Applies late calls that are due; a job whose slot is due has run. */
  const passTime = () => {
    for (const due of late.splice(0)) {
      if (due.at <= clock.now()) due.change()
      else late.push(due)
    }
    const {job} = fake
    const isDue = job?.enabled && job.runningAtMs === undefined && (job.nextRunAtMs ?? Infinity) <= clock.now()
    if (isDue) fake.job = {...job, lastRunAtMs: job.nextRunAtMs, nextRunAtMs: clock.now() + 60_000}
  }
  const called = async <T>(call: Call, perform: () => T): Promise<Response<T>> => {
    await fake.onCall(call)
    fake.calls.push(call)
    await clock.sleep(3000)
    passTime()
    const index = fake.faults.findIndex(({on}) => on === call)
    const [fault] = index < 0 ? [] : fake.faults.splice(index, 1)
    if (!fault) return {ok: true, value: perform()}
    if (fault.lateMs !== undefined) late.push({at: clock.now() + fault.lateMs, change: perform})
    return {ok: false, failure: {kind: fault.kind, cause: fault.cause ?? 'other', message: `${call}: ${fault.kind}`}}
  }
  const fake: FakeOpenClaw = {
    job: openClawJob({
      ...{id: jobId, name: 'CoinGecko Scanner', everyMs: 600_000, payload: 'agentTurn'},
      runningAtMs: clock.now() - 7_200_000,
      nextRunAtMs: clock.now() - 7_000_000,
      ...change,
    }),
    tasks: [],
    faults: [],
    healthNow: 'ready',
    onCall: () => undefined,
    calls: [],
    listJobs: () => called('listJobs', () => ({jobs: fake.job ? [fake.job] : [], complete: true})),
    getJob: (id) => called('getJob', () => (fake.job?.id === id ? fake.job : undefined)),
    disable: () => called('disable', () => switchJob(false)),
    enable: () => called('enable', () => switchJob(true)),
    listRunningTasks: () => called('listRunningTasks', () => fake.tasks),
    cancelTask: (taskId) => {
      return called('cancelTask', () => {
        fake.tasks = fake.tasks.filter((task) => task.taskId !== taskId)
        if (fake.job) fake.job = {...fake.job, runningAtMs: undefined, nextRunAtMs: clock.now() + 60_000}
      })
    },
    version: () => called('version', () => '2026.5.28'),
    passTime,
    health: async () => fake.healthNow,
  }
  return fake
}
