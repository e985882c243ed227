import type {LeaseReport} from '../../domain/lease/report.js'
import {color} from './color.js'
import {type Page, timeText, whenText, zoneText} from './page.js'
import {renderTable} from './table.js'

const paint: Readonly<Record<LeaseReport['state'], (text: string) => string>> = {
  held: color.green,
  released: color.dim,
  expired: color.red,
}

const urgency: readonly LeaseReport['state'][] = ['expired', 'held', 'released']

/** `guard lease list`: a row for each job, those whose holder has vanished first. */
export function renderLeases(page: Page, leases: readonly LeaseReport[]): string {
  const rows = leases.toSorted((one, other) => urgency.indexOf(one.state) - urgency.indexOf(other.state))
  return renderTable(
    page,
    ['JOB', 'STATE', 'HOLDER', 'TOKEN', `END (${zoneText(page)})`],
    rows.map(({job, state, holder, token, status, detail, expiresAt}) => ({
      cells: [
        job,
        paint[state](state),
        holder,
        page.isTerminal ? `${token}` : `token ${token}`,
        status === undefined
          ? expiryText(page, state, Date.parse(expiresAt))
          : `${status}${detail === undefined ? '' : `: ${detail}`}`,
      ],
    })),
  )
}

function expiryText(page: Page, state: LeaseReport['state'], at: number): string {
  if (state === 'expired') return `expired ${whenText(page, at)}`
  return `${page.isTerminal ? 'expires' : 'until'} ${whenText(page, at)}`
}

/** `guard lease show`: a line for each fact. */
export function renderLease(page: Page, lease: LeaseReport): string {
  const time = (iso: string) => timeText({...page, isTerminal: false}, Date.parse(iso))
  const {state, holder, token, claimedAt, expiresAt, pid, jobPid, status, detail} = lease
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['job', lease.job],
    ['state', paint[state](state)],
    ['holder', holder],
    ['token', token],
    ['claimed', time(claimedAt)],
    ['expires', status === undefined ? time(expiresAt) : undefined],
    ['process', pid],
    ['job process', jobPid],
    ['status', status],
    ['detail', detail],
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(11)}  ${value}`)
    .join('\n')
}
