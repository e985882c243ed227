import type {FleetLeaseReport} from '../../domain/fleet/report.js'
import type {LeaseReport} from '../../domain/lease/report.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {timeText, whenText, zoneText} from './times.js'

type AnyLease = LeaseReport | FleetLeaseReport

const paint: Readonly<Record<LeaseReport['state'], (text: string) => string>> = {
  held: color.green,
  released: color.dim,
  expired: color.red,
}

const urgency: readonly LeaseReport['state'][] = ['expired', 'held', 'released']

/** `guard lease list`: a row for each job, those whose holder has vanished first. */
export function renderLeases(page: Page, leases: readonly AnyLease[]): string {
  const rows = leases.toSorted((one, other) => urgency.indexOf(one.state) - urgency.indexOf(other.state))
  return renderTable(
    page,
    ['JOB', 'STATE', 'HOLDER', 'TOKEN', `END (${zoneText(page)})`],
    rows.map((lease) => ({
      cells: [
        lease.job,
        paint[lease.state](lease.state),
        'host' in lease ? `${lease.host} (${lease.holder})` : lease.holder,
        page.isTerminal ? `${lease.token}` : `token ${lease.token}`,
        endText(page, lease),
      ],
    })),
  )
}

const abandonedText = 'free: its holder is gone'

function endText(page: Page, lease: AnyLease): string {
  const {state, status, detail, expiresAt} = lease
  if (status !== undefined) return `${status}${detail === undefined ? '' : `: ${detail}`}`
  if ('abandoned' in lease) return abandonedText
  if (expiresAt === undefined) return 'expired'
  const at = Date.parse(expiresAt)
  if (state === 'expired') return `expired ${whenText(page, at)}`
  return `${page.isTerminal ? 'expires' : 'until'} ${whenText(page, at)}`
}

/** `guard lease show`: a line for each fact. */
export function renderLease(page: Page, lease: AnyLease): string {
  const time = (iso: string) => timeText({...page, isTerminal: false}, Date.parse(iso))
  const {state, holder, token, claimedAt, expiresAt, status, detail} = lease
  const {host, slot, pid, jobPid, abandoned}: Partial<LeaseReport & FleetLeaseReport> = lease
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['job', lease.job],
    ['state', paint[state](state)],
    ['host', host],
    ['holder', holder],
    ['token', token],
    ['claimed', time(claimedAt)],
    ['expires', status === undefined && expiresAt !== undefined ? time(expiresAt) : undefined],
    ['slot', slot],
    ['process', pid],
    ['job process', jobPid],
    ['end', abandoned && abandonedText],
    ['status', status],
    ['detail', detail],
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(11)}  ${value}`)
    .join('\n')
}
