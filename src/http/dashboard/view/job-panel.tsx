import {useEffect, useRef} from 'preact/hooks'
import type {JobJson} from '../json.js'
import {clockOf, sinceText} from '../state/clock.js'
import {detailProblem, page} from '../state/detail.js'
import {jobSignal} from '../state/jobs.js'
import {leaveToRow} from '../state/keyboard.js'
import {Durations} from './durations.js'
import {Facts} from './facts.js'
import {Icon} from './icon.js'
import {JobActions} from './job-actions.js'
import {Output, Progress} from './output.js'
import {StateSign, stateWords} from './sign.js'
import {Why} from './why.js'

/** All about the chosen job. What goes on comes first: the output of one that runs, else why it is as it is. */
export function JobPanel({name}: {readonly name: string}) {
  const heading = useRef<HTMLHeadingElement>(null)
  // For those who do not see the panel appear.
  useEffect(() => heading.current?.focus(), [name])
  const job = jobSignal(name)?.value ?? page.value
  // Nothing of it came: parts that wait for it would wait for ever.
  const hasFailed = detailProblem.value !== undefined && page.value === undefined
  return (
    <section class="panel job-panel" aria-labelledby="chosen">
      <div class="head">
        <button type="button" class="plain back" aria-label="Back to all jobs" onClick={leaveToRow}>
          <Icon name="back" />
        </button>
        <div>
          <h2 id="chosen" tabIndex={-1} ref={heading}>
            {name}
          </h2>
          {job && <StateLine job={job} />}
        </div>
        {job && <JobActions job={job} />}
      </div>
      <div class="body">
        {detailProblem.value !== undefined && <p class="problem">{detailProblem.value}</p>}
        {!hasFailed && <Details name={name} job={job} />}
      </div>
    </section>
  )
}

function Details({name, job}: {readonly name: string; readonly job: JobJson | undefined}) {
  const isRunning = job?.runningSince !== undefined
  return (
    <>
      {isRunning && <Output isFollowed />}
      {isRunning && <Progress job={job} />}
      {!isRunning && <Why job={job} />}
      <Durations />
      <Facts name={name} />
      {isRunning ? <Why job={job} /> : <Output isFollowed={false} />}
    </>
  )
}

function StateLine({job}: {readonly job: JobJson}) {
  return (
    <p class="state-line">
      <StateSign state={job.state} />
      <span class={`word of-${job.state}`}>{stateWords[job.state]}</span> <span>{lineOf(job)}</span>
    </p>
  )
}

function lineOf({reason, runningSince, silence}: JobJson): string {
  if (reason !== undefined) return reason
  if (silence) return `until ${clockOf(silence.until)}: ${silence.reason}`
  if (runningSince === undefined) return ''
  const pid = (page.value?.lease ?? page.value?.fleetLease)?.jobPid
  return `for ${sinceText(runningSince)}${pid === undefined ? '' : `, process ${pid}`}`
}
