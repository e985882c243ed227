import type {AlertLevel} from '../../domain/settings/job.js'
import type {KnownAlert} from '../../usecases/alert/read-alerts.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {timeText, whenText, zoneText} from './times.js'

const paints: Readonly<Record<AlertLevel, (text: string) => string>> = {
  CRITICAL: color.red,
  WARNING: color.yellow,
  INFO: color.dim,
}

export function paintLevel(level: AlertLevel): string {
  return paints[level](level)
}

/** `guard alerts`: how many of each level, then a row for each, the newest first. */
export function renderAlerts(page: Page, alerts: readonly KnownAlert[]): string {
  const table = renderTable(
    page,
    [`TIME (${zoneText(page)})`, 'LEVEL', 'ID', 'ABOUT', 'MESSAGE'],
    alerts.map((alert) => ({cells: alertCells(page, alert)})),
  )
  return page.isTerminal ? `${countsText(alerts)}\n${table}` : table
}

/** `guard alerts --follow`: one line. */
export function renderAlertLine(page: Page, alert: KnownAlert): string {
  return alertCells({...page, isTerminal: false}, alert).join('  ')
}

function alertCells(page: Page, alert: KnownAlert): readonly string[] {
  const {level, job, component, message} = alert
  return [atText(page, alert), paintLevel(level), alert.id.slice(0, 4), job ?? component, message]
}

/** A line of another program may have no time. */
function atText(page: Page, {timestamp}: KnownAlert): string {
  const at = Date.parse(timestamp)
  return at > 0 ? whenText(page, at) : '-'
}

/** Something that has a level. */
type Levelled = Pick<KnownAlert, 'level'>

/** `2 CRITICAL, 1 INFO` */
export function countsText(alerts: readonly Levelled[]): string {
  const counts = countByLevel(alerts)
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${count} ${level}`)
    .join(', ')
}

export function countByLevel(alerts: readonly Levelled[]): Readonly<Record<AlertLevel, number>> {
  const count = (level: AlertLevel) => alerts.filter((alert) => alert.level === level).length
  return {CRITICAL: count('CRITICAL'), WARNING: count('WARNING'), INFO: count('INFO')}
}

/** `guard alerts show`: a line for each fact. */
export function renderAlert(page: Page, alert: KnownAlert): string {
  // Another program may have written any time.
  const at = Date.parse(alert.timestamp)
  const {id, level, job, component, message, details} = alert
  const facts: readonly (readonly [string, unknown])[] = [
    ['id', id],
    ['time', at > 0 ? timeText({...page, isTerminal: false}, at) : alert.timestamp || 'unknown'],
    ['level', paintLevel(level)],
    ['component', component],
    ['job', job],
    ['message', message],
    ...Object.entries(details),
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(12)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}

export function alertToJson({id, timestamp, level, job, component, message, details, key}: KnownAlert): object {
  return {
    id,
    ...(timestamp !== '' && {timestamp}),
    level,
    component,
    ...(job !== undefined && {job}),
    message,
    details,
    ...(key !== undefined && {key}),
  }
}
