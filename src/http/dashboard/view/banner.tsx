import {agoText, nowFor, secondsOf} from '../state/clock.js'
import {listedAt} from '../state/jobs.js'
import {connection, restart} from '../state/live.js'
import {Icon} from './icon.js'

/** No connection: how old is what is shown, and when the next try is. */
export function LostBanner() {
  const state = connection.value
  if (state.is !== 'lost') return null
  return (
    <section class="banner" aria-label="Connection">
      <Icon name="warning" />
      <p>
        <strong role="alert">No connection to guard since {secondsOf(new Date(state.since).toISOString())}.</strong>{' '}
        {state.reason && `${state.reason}. `}
        <RetryText at={state.retryAt} />
        <ShownAge />
      </p>
      <button type="button" onClick={restart}>
        Try now
      </button>
    </section>
  )
}

function RetryText({at}: {readonly at: number}) {
  const left = Math.ceil((at - nowFor(at)) / 1000)
  return <>{left > 0 ? `Trying again in ${left} s. ` : 'Trying again. '}</>
}

function ShownAge() {
  const at = listedAt.value
  if (at === undefined) return null
  return (
    <>
      What you see is from {secondsOf(at)}, {agoText(at)}.
    </>
  )
}
