import {type Evidence, jobOf} from './evidence.js'

/** A message that has left the machine. */
export interface SeenMessage {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly jobs: readonly string[]
  readonly jobCount: number
}

/** More jobs than this are counted, not named. */
const namedJobs = 10

/** What a person got, held against what was told: each trouble that was told arrives, nothing else does, nothing twice. */
export function checkMessages({kinds, alerts, messages, unsent}: Evidence): readonly string[] {
  const troubles = messages.filter(({kind}) => kind === 'trouble')
  const named = new Set(troubles.flatMap(({jobs}) => jobs.map(jobOf)))
  const hasUnnamed = troubles.some(({jobCount}) => jobCount > namedJobs)
  const told = new Set(alerts.flatMap(({level, job}) => (level === 'INFO' || job === undefined ? [] : [jobOf(job)])))
  const ids = messages.map(({id}) => id)
  return [
    ...kinds.flatMap(({name}) => {
      if (told.has(name) && !named.has(name) && !hasUnnamed) return [`${name}: was told, and no message says so`]
      return named.has(name) && !told.has(name) ? [`${name}: a message names it, and nothing was told`] : []
    }),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `message ${id} arrived twice`),
    ...(unsent > 0 ? [`${unsent} messages were not sent`] : []),
  ]
}
