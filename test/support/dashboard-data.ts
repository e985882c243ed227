import type {
  IncidentJson,
  JobJson,
  OutcomeName,
  RunJson,
  StoryJson,
  UpcomingJson,
} from '../../src/http/dashboard/json.js'

/** Made-up jobs in the shapes of guard's JSON. Times are relative to a start that the caller gives, ms. */

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

const iso = (ms: number) => new Date(ms).toISOString()

interface Made {
  readonly job: string
  readonly schedule?: string
  readonly state?: JobJson['state']
  readonly verdict?: string
  readonly reason?: string
  /** Newest last; all healthy before. */
  readonly tail?: readonly OutcomeName[]
  readonly endedAgo?: number
  readonly took?: number
  readonly runningFor?: number
  readonly nextIn?: number
  readonly silenced?: string
}

export function makeJob(now: number, made: Made): JobJson {
  const {job, schedule, state = 'healthy', verdict = 'healthy', reason, tail = [], took = 3 * second} = made
  const usualMs = Math.max(took, 2 * second)
  const healthy = Array.from({length: 30 - tail.length}, (): OutcomeName => 'healthy')
  return {
    job,
    state,
    verdict,
    ...(reason !== undefined && {reason}),
    ...(schedule !== undefined && {schedule, timezone: 'UTC'}),
    told: [],
    recent: [...healthy, ...tail],
    lastEndedAt: iso(now - (made.endedAgo ?? minute)),
    durationMs: took,
    usual: {usualMs, fromMs: usualMs * 0.8, toMs: usualMs * 1.25},
    duration: 'usual',
    ...(made.runningFor !== undefined && {runningSince: iso(now - made.runningFor)}),
    ...(made.nextIn !== undefined && {nextAt: iso(now + made.nextIn)}),
    ...(made.silenced !== undefined && {
      silence: {silenceId: 'Vb3xJ0a1Qm9d', reason: made.silenced, until: iso(now + 2 * hour)},
    }),
  }
}

const weak: OutcomeName = 'degraded'
const good: OutcomeName = 'healthy'

/** Sixteen jobs of a trading machine, three of which need a person. */
export function sixteenJobs(now: number): readonly JobJson[] {
  const made: readonly Made[] = [
    {
      ...{job: 'pre_market_health_check', schedule: '15 14 * * 1-5', state: 'failing', verdict: 'failing'},
      reason: 'its last run failed 3m ago (uw-socket, UW stream fail: socket closed); its recovery budget is spent',
      ...{tail: [weak, good, good, good, 'failed'], endedAgo: 3 * minute, took: 19 * second, nextIn: 3 * day},
    },
    {
      ...{job: 'openclaw.coingecko', schedule: '*/20 * * * *', state: 'stalled', verdict: 'stalled'},
      reason: 'its lease expired 44m ago and its holder is gone',
      ...{
        tail: ['interrupted', good, good, 'interrupted'],
        endedAgo: 46 * minute,
        took: 81 * second,
        nextIn: 2 * minute,
      },
    },
    {
      ...{job: 'nightly_audit', schedule: '30 2 * * *', state: 'missed', verdict: 'missed'},
      reason: 'its slot of 02:30 was missed 11h ago; the machine was up',
      ...{endedAgo: 36 * hour, took: 4 * minute, nextIn: 12 * hour},
    },
    {
      ...{job: 'options_flow_scan', schedule: '*/5 * * * *', state: 'degraded', verdict: 'failing'},
      reason: 'its last run ended degraded 3m ago (rate-limit)',
      ...{tail: [weak, good, good, weak, weak, weak, good, weak, weak], endedAgo: 3 * minute, took: 29 * second},
      nextIn: 2 * minute,
    },
    {
      ...{job: 'finance_metrics', schedule: '*/15 * * * *', state: 'running', runningFor: 6 * second},
      took: 12 * second,
    },
    {...{job: 'scan', schedule: '*/5 * * * *', state: 'running', runningFor: 74 * second}, took: 118 * second},
    {
      job: 'alpaca_positions',
      schedule: '* * * * *',
      tail: ['skipped', good, good],
      endedAgo: 20 * second,
      nextIn: 40_000,
    },
    {
      ...{job: 'backup_postgres', schedule: '0 3 * * *', endedAgo: 11 * hour, took: 23 * minute, nextIn: 13 * hour},
      tail: ['timed-out', ...Array.from({length: 12}, () => good)],
    },
    {job: 'ceo_brief', schedule: '0 13 * * *', endedAgo: 78 * minute, took: 52 * second, nextIn: 23 * hour},
    {job: 'certbot', schedule: '0 0,12 * * *', endedAgo: 2 * hour, took: 8 * second, nextIn: 10 * hour},
    {job: 'import_prices', schedule: '*/30 * * * *', endedAgo: 18 * minute, took: 85 * second, nextIn: 12 * minute},
    {job: 'log_rotate', schedule: '@daily', endedAgo: 14 * hour, took: 900, nextIn: 10 * hour},
    {job: 'rotate_reports', schedule: '0 4 * * 0', endedAgo: 5 * day, took: 7 * second, nextIn: 2 * day},
    {job: 'self_heal', schedule: '5 * * * *', endedAgo: 18 * minute, took: 2 * second, nextIn: 42 * minute},
    {job: 'sync_trades', schedule: '*/2 * * * *', endedAgo: 80 * second, took: 181, nextIn: 40 * second},
    {
      job: 'tax_export',
      schedule: '0 6 1 * *',
      state: 'silenced',
      silenced: 'disk is being replaced',
      endedAgo: 28 * day,
    },
  ]
  return made.map((one) => makeJob(now, one))
}

const words = ['mirror', 'report', 'export', 'index', 'check', 'sync', 'prune']

/** The sixteen and so many others that are well, every hundredth of them failing. */
export function manyJobs(now: number, count: number): readonly JobJson[] {
  const others = Array.from({length: count - 16}, (_, index): Made => {
    const job = `${words[index % words.length]}_${String(index).padStart(4, '0')}`
    const times = {schedule: '*/5 * * * *', endedAgo: (index % 290) * second, nextIn: (300 - (index % 290)) * second}
    if (index % 100 !== 50) return {job, ...times, took: (1 + (index % 90)) * second}
    const reason = 'its last run failed (connection, exit 3)'
    return {job, ...times, state: 'failing', verdict: 'failing', reason, tail: ['failed']}
  })
  return [...sixteenJobs(now), ...others.map((one) => makeJob(now, one))]
}

export function incidentsOf(now: number, jobs: readonly JobJson[]): readonly IncidentJson[] {
  return jobs
    .filter(({state}) => state === 'failing' || state === 'stalled' || state === 'missed')
    .map(({job, state, reason = ''}, index) => ({
      ...{incidentId: `inc${index}-${job}`, job, verdict: state, reason},
      level: index === 0 ? 'CRITICAL' : 'WARNING',
      openedAt: iso(now - (index + 1) * 7 * minute),
      told: index !== 1,
    }))
}

export function upcomingOf(now: number, jobs: readonly JobJson[]): UpcomingJson['upcoming'] {
  return jobs
    .flatMap(({job, nextAt, schedule}) => {
      const first = nextAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(nextAt)
      const times = first >= now + hour ? 0 : schedule === '* * * * *' ? 60 : 1
      return Array.from({length: times}, (_, index) => ({job, at: iso(first + index * minute)}))
    })
    .sort((one, other) => (one.at < other.at ? -1 : 1))
}

export function runsOf(now: number, {recent, durationMs = 3000, runningSince}: JobJson): readonly RunJson[] {
  const ended = recent.slice(-30).map((outcome, index): RunJson => {
    const startedAt = now - (30 - index) * 5 * minute
    const took = outcome === 'failed' ? durationMs * 0.45 : durationMs * (0.8 + ((index * 7) % 10) / 24)
    const end = {endedAt: iso(startedAt + took), durationMs: took, outcome}
    return {runId: `r${index}xQm9d3kXw`, startedAt: iso(startedAt), ...end, exitCode: outcome === 'healthy' ? 0 : 1}
  })
  return [...ended, ...(runningSince === undefined ? [] : [{runId: 'rNow3kXw', startedAt: runningSince}])].reverse()
}

export function storyOf(now: number, {job, state, reason, runningSince}: JobJson): StoryJson {
  const at = (agoMs: number) => iso(now - agoMs)
  const from = (id: string, more: object) => ({journal: 'runs', record: {id, ...more}})
  if (reason === undefined) {
    const answer =
      runningSince === undefined
        ? `${job} is ${state}: its last run ended well 1m ago.`
        : `${job} has been running for 74s, and nothing speaks against it.`
    const text = 'Started with token 9021, process 48112.'
    return {answer, sections: [{title: 'Its run', sentences: [{at: at(74_000), text}]}], known: [], mend: []}
  }
  return {
    answer: `${job} is ${state}: ${reason}.`,
    sections: [
      {
        title: 'Why it failed',
        sentences: [
          {
            ...{at: at(167_000), text: 'Not restarted again: 2 of 2 recoveries within 30m are used.'},
            ...from('Xk0p1aaa', {kind: 'step-ended', ok: false}),
          },
          {
            ...{at: at(168_000), text: 'Restarted uw-daemon (supervisor): up after 3.2 s and still up.'},
            ...from('d9e2bbbb', {kind: 'step-ended', ok: true}),
          },
          {
            ...{
              at: at(181_000),
              text: 'The run ended failed with exit 1 after 19 s, class uw-socket: UW stream fail: socket closed.',
            },
            ...from('b7Racccc', {kind: 'ended', outcome: 'failed'}),
          },
          {...{at: at(200_000), text: 'Started with token 412, process 4411.'}, ...from('Qm3xdddd', {kind: 'started'})},
        ],
      },
      {title: 'Why it was not tried again', sentences: [{text: 'Retries are off (retry.maxAttempts is 1).'}]},
    ],
    known: ['28 of its last 30 runs were healthy.', 'It usually takes 43 s.', 'It last worked 1d ago.'],
    mend: [`guard budget reset ${job}`, `guard logs ${job}`],
  }
}

export function healthOf(scheduler: string): object {
  const check = (name: string, reason: string, verdict = 'healthy') => ({check: name, verdict, reason, facts: {}})
  return {
    verdict: 'unhealthy',
    checks: [
      check('disk', '74.7 GiB of 251.9 GiB free (30 %), 97 % of its inodes at /srv/jobs/state'),
      {...check('scheduler', 'up 12d, heartbeat 12s ago'), facts: {is: scheduler}},
      check('memory', '22.5 GiB of 23.5 GiB available (95.9 %)'),
      check('load', '0.42 per core (0.84, 0.71, 0.60 on 2 cores)'),
      check('journals', '4 in use, 0 lines are not JSON'),
      check('leases', '2 held, 1 expired, 13 released', 'degraded'),
      check('breakers', '1 known, all closed'),
      check('incidents', 'pre_market_health_check failing for 2m, told', 'unhealthy'),
      check('alerts', 'all that was to be sent is sent'),
      check('watchdog', 'its last round was 20s ago'),
      check('reset-daemon', 'never used here'),
    ],
  }
}
