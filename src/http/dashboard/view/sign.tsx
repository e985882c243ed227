import type {JobState} from '../../../domain/diagnose/job-status.js'

/** Signs differ by shape; colour comes last. */
type SignName = JobState | 'lost'

const octagon = 'M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z'
const disc = 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z'

const failed = (
  <>
    <path class="fill" d={octagon} />
    <path class="cut" d="M5.6 5.6l4.8 4.8m0-4.8l-4.8 4.8" />
  </>
)

const ring = <circle class="line" cx="8" cy="8" r="6.2" />

const shapes = {
  failing: failed,
  hung: failed,
  stalled: failed,
  lost: failed,
  missed: (
    <>
      {ring}
      <path class="line" d="M8 4.4V8l2.4 1.6" />
    </>
  ),
  degraded: (
    <>
      <path class="fill" d="M8 1.2L15.4 14.4H.6z" />
      <path class="cut" d="M8 6v4m0 1.6v1" />
    </>
  ),
  running: (
    <>
      <circle class="line faint" cx="8" cy="8" r="6.2" />
      <path class="line turning" d="M8 1.8a6.2 6.2 0 0 1 5.4 9.3" />
    </>
  ),
  healthy: (
    <>
      <path class="fill" d={disc} />
      <path class="cut" d="M4.9 8.3l2.2 2.2 4-4.6" />
    </>
  ),
  unknown: (
    <>
      <circle class="line dashed" cx="8" cy="8" r="6.2" />
      <path class="line" d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2m0 1.8v.8" />
    </>
  ),
  silenced: (
    <>
      {ring}
      <path class="line" d="M6.3 5.6v4.8m3.4-4.8v4.8" />
    </>
  ),
}

/** Beside its word, so it says nothing by itself. */
export function StateSign({state}: {readonly state: SignName}) {
  return (
    <svg class={`sign of-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}

/** A state as a heading of a row. */
export const stateWords: Readonly<Record<JobState, string>> = {
  failing: 'Failing',
  hung: 'Hung',
  stalled: 'Stalled',
  missed: 'Missed',
  degraded: 'Degraded',
  running: 'Running',
  healthy: 'Healthy',
  unknown: 'Unknown',
  silenced: 'Silenced',
}
