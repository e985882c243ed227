import type {Silence} from '../../domain/delivery/silence.js'
import {findById, shortIdHints} from '../../domain/journal/id-prefix.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

interface SilenceDeps {
  readonly silences: Pick<Journal<Map<string, Silence>>, 'read' | 'append'>
  /** Wall clock, ms. */
  readonly now: () => number
}

interface AddDeps extends SilenceDeps {
  /** Whether something that it matches is in trouble now. */
  readonly isTroubled: (silence: Pick<Silence, 'job' | 'class' | 'group'>) => boolean
}

interface NewSilence {
  readonly job: string | undefined
  readonly class: string | undefined
  readonly group: string | undefined
  readonly reason: string
  readonly owner: string
  readonly forMs: number | undefined
  readonly untilHealthy: boolean
}

const dayMs = 86_400_000

/** Forgotten silences hide trouble, so none lasts longer. */
const longestMs = 30 * dayMs

/** Throws GuardError `usage`. */
export function addSilence({silences, now, isTroubled}: AddDeps, wanted: NewSilence): Silence {
  const {forMs, untilHealthy, job, group, reason, owner} = wanted
  if (job === undefined && wanted.class === undefined && group === undefined)
    throw new GuardError('usage', 'it is not said what to silence', [
      'name it: --job, --class or --group, with * for any characters',
    ])
  if (forMs === undefined && !untilHealthy)
    throw new GuardError('usage', 'the end of the silence is missing', ['give --for D or --until-healthy'])
  if (forMs !== undefined && forMs <= 0)
    throw new GuardError('usage', '--for must be longer than 0', ['write how long, such as --for 2h'])
  if (forMs !== undefined && forMs > longestMs)
    throw new GuardError('usage', `--for is longer than 30d`, ['write at most 30d, and add it again when it ends'])
  if (reason.trim() === '') throw new GuardError('usage', '--reason is empty', ['say why, for those who look later'])
  const pattern = {
    ...(job !== undefined && {job}),
    ...(wanted.class !== undefined && {class: wanted.class}),
    ...(group !== undefined && {group}),
  }
  const hasMet = untilHealthy && isTroubled(pattern)
  const untilMs = now() + (forMs ?? longestMs)
  const {state, record} = silences.append(
    {kind: 'added', ...pattern, reason, owner, untilMs, untilHealthy, hasMet},
    'durable',
  )
  const silence = state.get(record.id)
  if (!silence) throw new GuardError('io', 'the silence was not written')
  return silence
}

/** Ends a silence. Throws GuardError `usage` if none or several are known by the id. */
export function removeSilence({silences, now}: SilenceDeps, id: string): Silence {
  const found = findById(activeSilences({silences, now}), id)
  if (found === 'ambiguous')
    throw new GuardError('usage', `several silences have an id that begins with ${id}`, ['write more of the id'])
  if (!found)
    throw new GuardError('usage', `no silence ${id} is in force`, [
      ...shortIdHints(id),
      'see them: guard alerts silence list',
    ])
  silences.append({kind: 'removed', silence: found.id, reason: 'by hand'}, 'durable')
  return found
}

/** Those that are in force, the next to end first. */
export function activeSilences({silences, now}: SilenceDeps): readonly Silence[] {
  const at = now()
  return [...silences.read().values()]
    .filter(({untilMs}) => untilMs > at)
    .sort((one, other) => one.untilMs - other.untilMs)
}
