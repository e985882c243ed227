import type {JobNews, Message} from '../../src/domain/delivery/message.js'

const at = Date.UTC(2026, 10, 29, 5, 20, 11)

/** One job that has failed, with everything that a message can say of it. */
export function jobNews(changed: Partial<JobNews> = {}): JobNews {
  return {
    job: 'backup',
    level: 'CRITICAL',
    reason: 'failed three times in a row',
    outcome: 'failed',
    failureClass: 'connection',
    runId: 'Run_0123-abc',
    badRuns: 3,
    durationMs: 12_000,
    errorLine: 'connect ECONNREFUSED 10.0.0.5:5432',
    lastLines: ['opening the database', 'if (a < b && c > d) retry', 'connect ECONNREFUSED 10.0.0.5:5432'],
    tried: ['restarted postgres', 'cleared 2 stale locks'],
    healthySinceMs: at - 7_200_000,
    sinceMs: at - 3_600_000,
    ...changed,
  }
}

export function troubleMessage(changed: Partial<Message> = {}): Message {
  return {
    id: 'msg_AbC-123_xyz',
    channel: 'ops',
    group: 'connection:connect ECONNREFUSED :5432',
    kind: 'trouble',
    level: 'CRITICAL',
    title: 'backup failed on web1',
    host: 'web1',
    atMs: at,
    jobs: [jobNews()],
    jobCount: 1,
    cause: 'connect ECONNREFUSED :5432',
    firstMs: at,
    lastMs: at,
    notes: [],
    lateMs: 0,
    command: 'guard why backup',
    ...changed,
  }
}

export function recoveryMessage(changed: Partial<Message> = {}): Message {
  const jobs = [jobNews({level: 'INFO', reason: 'ended well again', outcome: 'healthy', healthySinceMs: at})]
  return troubleMessage({
    ...{id: 'msg_recovery', kind: 'recovery', level: 'INFO', title: 'backup is healthy again'},
    ...{jobs, durationMs: 7_500_000},
    ...changed,
  })
}

/** Many jobs with one cause, of which ten are named. */
export function stormMessage(changed: Partial<Message> = {}): Message {
  const jobs = Array.from({length: 10}, (_, index) => jobNews({job: `job-${index}`, reason: 'failed'}))
  return troubleMessage({
    ...{id: 'msg_storm', title: '500 jobs failed: connect ECONNREFUSED :5432', jobs, jobCount: 500},
    ...{firstMs: at - 60_000, lastMs: at},
    ...changed,
  })
}

/** A message whose every text is as long and as hostile as another program can make it. */
export function hostileMessage(text: string): Message {
  const job = jobNews({
    ...{job: text, reason: text, outcome: text, failureClass: text, errorLine: text, runId: text},
    ...{lastLines: [text, text], tried: [text]},
  })
  return troubleMessage({title: text, host: text, jobs: [job], notes: [text, text], command: text, cause: text})
}
