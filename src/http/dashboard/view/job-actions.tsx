import type {JobJson} from '../json.js'
import {page} from '../state/detail.js'
import {askFor, askToSilence, question} from '../state/dialog.js'
import {canChange, isUnlocked} from '../state/machine.js'

/** What can be done about the chosen job. On a narrow screen these stand at the thumb. */
export function JobActions({job: {job, runningSince, silence}}: {readonly job: JobJson}) {
  if (!canChange.value) return null
  const isLocked = !isUnlocked.value
  const target = page.value?.breaker?.target
  return (
    <div class="actions">
      <button
        type="button"
        class="main"
        disabled={isLocked || runningSince !== undefined}
        title={runningSince === undefined ? undefined : 'It runs already'}
        onClick={() => askFor({ask: 'run', job})}
      >
        Run now
      </button>
      <button type="button" disabled={isLocked} onClick={() => askToSilence(job)}>
        {silence ? 'End silence…' : 'Silence…'}
      </button>
      {target !== undefined && (
        <button type="button" disabled={isLocked} onClick={() => askFor({ask: 'reset-breaker', job, target})}>
          Reset breaker
        </button>
      )}
      {isLocked && <LockedHint />}
    </div>
  )
}

function LockedHint() {
  return (
    <span class="locked">
      Locked.{' '}
      <button
        type="button"
        class="link"
        onClick={() => {
          question.value = {ask: 'key'}
        }}
      >
        Enter the key
      </button>{' '}
      to act.
    </span>
  )
}
