import type {ComponentChildren} from 'preact'
import type {JobPageJson} from '../json.js'
import {agoText, clockOf, inText} from '../state/clock.js'
import {page} from '../state/detail.js'
import {scheduleText} from '../text/schedule.js'
import {exactSpan} from '../text/span.js'

export function Facts({name}: {readonly name: string}) {
  const job = page.value
  if (!job) return null
  return (
    <section class="facts" aria-labelledby="facts">
      <h3 id="facts" class="hidden">
        Facts
      </h3>
      <dl>
        <Fact name="Schedule">{scheduleOf(job)}</Fact>
        <Fact name="Next">
          {job.nextAt === undefined ? 'not known' : `${clockOf(job.nextAt)} (${inText(job.nextAt)})`}
        </Fact>
        <Fact name="Last run">{lastRunOf(job)}</Fact>
        <Fact name="Lease">{leaseOf(job)}</Fact>
        <Fact name="Breaker">{breakerOf(job)}</Fact>
        <Fact name="Recovery budget">{budgetOf(job)}</Fact>
        {job.told.length > 0 && <Fact name="Told">{toldOf(job)}</Fact>}
        {job.outputs.map((output) => (
          <Fact key={output.files} name="Output file">
            {outputOf(output)}
          </Fact>
        ))}
        {job.starters.length > 0 && <Fact name="Started by">{job.starters.join(' ')}</Fact>}
        <Fact name="In a terminal">
          <code>guard why {name}</code>
        </Fact>
      </dl>
    </section>
  )
}

function Fact({name, children}: {readonly name: string; readonly children: ComponentChildren}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function scheduleOf({schedule, timezone}: JobPageJson): string {
  if (schedule === undefined) return 'none that guard knows'
  return `${scheduleText(schedule)}, ${timezone ?? 'local time of the machine'}`
}

function lastRunOf({lastRun}: JobPageJson): string {
  if (!lastRun) return 'none yet'
  const {outcome, exitCode, signal, durationMs, endedAt, class: name} = lastRun
  const how = exitCode === undefined ? signal : `exit ${exitCode}`
  const took = durationMs === undefined ? undefined : exactSpan(durationMs)
  const when = endedAt === undefined ? undefined : agoText(endedAt)
  return [outcome ?? 'goes on', how, name === 'unknown' ? undefined : name, took, when].filter(Boolean).join(', ')
}

function leaseOf({lease}: JobPageJson): string {
  if (!lease) return 'none'
  const token = lease.token === undefined ? '' : `token ${lease.token}`
  if (lease.state === 'released') return `free, last ${token}`
  if (lease.abandoned) return `free, last ${token}: its holder is gone`
  const holder = lease.jobPid ?? lease.pid
  const until = lease.expiresAt === undefined ? '' : `until ${clockOf(lease.expiresAt)}`
  return [lease.state, holder === undefined ? '' : `process ${holder}`, token, until].filter(Boolean).join(', ')
}

function breakerOf({breaker}: JobPageJson): string {
  if (!breaker) return 'none'
  const until = breaker.retryAt === undefined ? '' : `, tried again at ${clockOf(breaker.retryAt)}`
  return `${breaker.target}: ${breaker.state}${until}`
}

function budgetOf({budgets}: JobPageJson): string {
  if (budgets.length === 0) return 'nothing used'
  return budgets
    .map(({class: name, left, allowed, perMs}) => {
      const used = `${allowed - left} of ${allowed} used in ${exactSpan(perMs)}`
      return name === null ? used : `${name}: ${used}`
    })
    .join('; ')
}

function toldOf({told}: JobPageJson): string {
  return told
    .map(({channel, at, arrived}) => `${channel} at ${clockOf(at)}${arrived ? '' : ' (on its way)'}`)
    .join(', ')
}

function outputOf({files, ageMs, maxAgeMs, problem}: JobPageJson['outputs'][number]): string {
  const age = ageMs === undefined ? 'no file' : `${exactSpan(Math.max(0, ageMs))} old`
  const most = maxAgeMs === undefined ? '' : `, may be ${exactSpan(maxAgeMs)}`
  return `${files}: ${age}${most}${problem === undefined ? '' : `; ${problem}`}`
}
