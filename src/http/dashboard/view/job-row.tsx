import type {JobJson} from '../json.js'
import {agoText, clockOf, inText, sinceText} from '../state/clock.js'
import {askFor} from '../state/dialog.js'
import {groupOf, jobSignal} from '../state/jobs.js'
import {canChange, isUnlocked} from '../state/machine.js'
import {addressOf, chosenJob} from '../state/route.js'
import {shortReason} from '../text/reason.js'
import {scheduleText} from '../text/schedule.js'
import {shortSpan} from '../text/span.js'
import {StateSign, stateWords} from './sign.js'
import {Strip} from './strip.js'

/** One job. It is made anew only if this job changed, whatever happens to the others. */
export function JobRow({name}: {readonly name: string}) {
  const job = jobSignal(name)?.value
  if (!job) return null
  const isChosen = chosenJob.value === name
  return (
    <tr class={`row in-${groupOf(job.state)}${isChosen ? ' chosen' : ''}`}>
      <td class="state">
        <StateSign state={job.state} />
        <span class={`word of-${job.state}`}>{stateWords[job.state]}</span>
      </td>
      <td class="job">
        <a href={addressOf(name)} data-job={name} aria-current={isChosen ? 'true' : undefined}>
          {name}
        </a>
        <SubLine job={job} />
      </td>
      <td class="strip">
        <Strip job={job} />
      </td>
      <LastCell job={job} />
      <NextCell job={job} />
      {canChange.value && <RunCell job={job} />}
    </tr>
  )
}

/** Why it is as it is, or else when it runs. */
function SubLine({job}: {readonly job: JobJson}) {
  const {state, reason} = job
  return (
    <div class={reason === undefined ? 'sub' : 'sub reason'} title={reason}>
      <span class={`narrow of-${state}`} aria-hidden="true">
        {stateWords[state]} ·{' '}
      </span>
      {lineOf(job)}
    </div>
  )
}

function lineOf({reason, schedule, silence}: JobJson): string {
  if (reason !== undefined) return shortReason(reason)
  if (silence) return `until ${clockOf(silence.until)}: ${silence.reason}`
  return schedule === undefined ? 'no schedule' : scheduleText(schedule)
}

function LastCell({job: {runningSince, usual, lastEndedAt, durationMs, duration}}: {readonly job: JobJson}) {
  if (runningSince !== undefined) {
    return (
      <td class="last">
        <div>for {sinceText(runningSince)}</div>
        <div class="sub">{usual ? `usually ${shortSpan(usual.usualMs)}` : 'still going'}</div>
      </td>
    )
  }
  const took = durationMs === undefined ? '' : `took ${shortSpan(durationMs)}${longerOrShorter(duration)}`
  return (
    <td class="last">
      <div>{lastEndedAt === undefined ? 'never' : agoText(lastEndedAt)}</div>
      <div class="sub">{took}</div>
    </td>
  )
}

function longerOrShorter(duration: JobJson['duration']): string {
  if (duration === 'long') return ', long'
  return duration === 'short' ? ', short' : ''
}

function NextCell({job: {nextAt}}: {readonly job: JobJson}) {
  return (
    <td class="next">
      <div>{nextAt === undefined ? <span class="sub">not known</span> : inText(nextAt)}</div>
      <div class="sub">{nextAt === undefined ? '' : clockOf(nextAt)}</div>
    </td>
  )
}

function RunCell({job: {job, runningSince}}: {readonly job: JobJson}) {
  const isRunning = runningSince !== undefined
  const label = `Run ${job} now${isRunning ? ': it runs already' : isUnlocked.value ? '' : ': locked'}`
  return (
    <td class="act">
      <button
        type="button"
        class="square"
        disabled={!isUnlocked.value || isRunning}
        aria-label={label}
        title={label}
        onClick={() => askFor({ask: 'run', job})}
      >
        <svg class="play" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M5 3.2l7.4 4.8L5 12.8z" />
        </svg>
      </button>
    </td>
  )
}
