import {signal} from '@preact/signals'
import type {IncidentJson, UpcomingJson} from '../json.js'
import {clockOf, inText, sinceText} from '../state/clock.js'
import {incidents, upcoming} from '../state/machine.js'
import {addressOf} from '../state/route.js'
import {shortReason} from '../text/reason.js'
import {StateSign} from './sign.js'

/** More would push what is below out of sight. */
const mostIncidents = 5
const areAllShown = signal(false)

/** Open incidents, those that must be looked at first, then the newest. */
export function IncidentsPanel() {
  const open = incidents.value && [...incidents.value].sort(byLevel)
  const shown = areAllShown.value ? open : open?.slice(0, mostIncidents)
  return (
    <section class="panel side-incidents" aria-labelledby="incidents">
      <h2 id="incidents">
        Incidents <span class="count">{open === undefined ? '' : `${open.length} open`}</span>
      </h2>
      {open?.length === 0 && <p class="sub">Nothing is open.</p>}
      <ul class="plain-list">
        {shown?.map((incident) => (
          <Incident key={incident.incidentId} incident={incident} />
        ))}
      </ul>
      {open && open.length > mostIncidents && (
        <button
          type="button"
          class="link"
          onClick={() => {
            areAllShown.value = !areAllShown.value
          }}
        >
          {areAllShown.value ? 'Show fewer' : `Show all ${open.length}`}
        </button>
      )}
    </section>
  )
}

function byLevel(one: IncidentJson, other: IncidentJson): number {
  if (one.level !== other.level) return one.level === 'CRITICAL' ? -1 : 1
  return one.openedAt < other.openedAt ? 1 : -1
}

function Incident({incident}: {readonly incident: IncidentJson}) {
  const {job, verdict, level, openedAt, told, reason} = incident
  return (
    <li class="incident">
      <StateSign state={verdict} />
      <div>
        <a href={addressOf(job)}>{job}</a>
        <div class="sub">{`${level} · ${verdict} for ${sinceText(openedAt)} · ${told ? 'told' : 'not told yet'}`}</div>
        <p>{shortReason(reason)}</p>
      </div>
    </li>
  )
}

const mostShown = 12

/** A job that runs each minute would fill the hour alone. */
function firstOfEach(next: UpcomingJson['upcoming']) {
  const byJob = new Map<string, {job: string; at: string; times: number}>()
  for (const {job, at} of next) {
    const known = byJob.get(job)
    if (known) known.times++
    else byJob.set(job, {job, at, times: 1})
  }
  return [...byJob.values()]
}

export function NextHourPanel() {
  const next = upcoming.value
  const jobs = firstOfEach(next ?? [])
  return (
    <section class="panel side-next" aria-labelledby="next-hour">
      <h2 id="next-hour">
        Next hour{' '}
        <span class="count">{next === undefined ? '' : `${next.length} ${next.length === 1 ? 'run' : 'runs'}`}</span>
      </h2>
      {next?.length === 0 && <p class="sub">No run is due.</p>}
      <ul class="plain-list upcoming">
        {jobs.slice(0, mostShown).map(({job, at, times}) => (
          <li key={job}>
            <time dateTime={at}>{clockOf(at)}</time>
            <span class="name">
              <a href={addressOf(job)}>{job}</a>
              {times > 1 && ` ×${times}`}
            </span>
            <span>{inText(at)}</span>
          </li>
        ))}
      </ul>
      {jobs.length > mostShown && <p class="sub">and {jobs.length - mostShown} more jobs</p>}
    </section>
  )
}
