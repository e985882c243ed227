import {type Breaker, type BreakerState, breakerState} from '../../domain/breaker/breaker.js'
import {formatDuration} from '../../domain/clock/duration.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import {refusal} from '../../usecases/breaker/breaker.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'

const paint: Readonly<Record<BreakerState, (text: string) => string>> = {
  closed: color.green,
  open: color.red,
  'half-open': color.yellow,
  isolated: color.magenta,
}

interface BreakerJson {
  readonly target: string
  readonly state: BreakerState
  readonly reason?: string
  readonly retryAt?: string
  readonly failuresInRow: number
  readonly recentCalls: number
  readonly recentFailures: number
}

export function breakerToJson(breaker: Breaker, now: ClockReading): BreakerJson {
  const {target, calls, failuresInRow} = breaker
  const state = breakerState(breaker, now)
  const counts = {failuresInRow, recentCalls: calls.length, recentFailures: calls.filter(({ok}) => !ok).length}
  if (state === 'closed') return {target, state, ...counts}
  const {reason, retryAt} = refusal(breaker, now)
  return {target, state, reason, ...(retryAt !== undefined && {retryAt: new Date(retryAt).toISOString()}), ...counts}
}

const urgency: readonly BreakerState[] = ['open', 'isolated', 'half-open', 'closed']

/** `guard breaker list`: a row for each target, those that are not called first. */
export function renderBreakers(page: Page, breakers: readonly Breaker[], now: ClockReading): string {
  const known = breakers.map((breaker) => ({breaker, state: breakerState(breaker, now)}))
  const rows = known.toSorted((one, other) => urgency.indexOf(one.state) - urgency.indexOf(other.state))
  return renderTable(
    page,
    ['TARGET', 'STATE', 'WHY'],
    rows.map(({breaker, state}) => ({
      cells: [
        breaker.target,
        paint[state](state),
        state === 'closed' ? countsText(breaker.calls.length, breaker.failuresInRow) : refusalText(breaker, now),
      ],
    })),
  )
}

function countsText(calls: number, failuresInRow: number): string {
  if (calls === 0) return 'no calls since it closed'
  return failuresInRow === 0 ? 'last call succeeded' : `${failuresInRow} failed in a row`
}

/** Why no call goes through, and when the next may. */
function refusalText(breaker: Breaker, now: ClockReading): string {
  const {reason, retryAt} = refusal(breaker, now)
  const what = reason.slice(reason.indexOf(' is ') + 4).replace(/^(?:open|isolated): /, '')
  if (retryAt === undefined) return `${what}; until it is closed by hand`
  const left = Math.ceil((retryAt - now.at) / 1000) * 1000
  return left > 0 ? `${what}; next probe in ${formatDuration(left)}` : what
}
