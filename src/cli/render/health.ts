import type {HealthVerdict} from '../../domain/health/check.js'
import type {Health} from '../../usecases/diagnose/check-health.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable, renderText} from './table.js'

const paint: Readonly<Record<HealthVerdict, (text: string) => string>> = {
  healthy: color.green,
  degraded: color.yellow,
  unhealthy: color.red,
}

const urgency: readonly HealthVerdict[] = ['unhealthy', 'degraded']

/** What is wrong, the worst first, each with its reason; what is well on one line. */
export function renderHealth(page: Page, {checks}: Health): string {
  const well = checks.filter((one) => one.verdict === 'healthy').map(({check}) => check)
  const wrong = urgency.flatMap((level) => checks.filter((one) => one.verdict === level))
  const line = renderText(page, `${paint.healthy('healthy')}: ${well.join(', ')}`)
  if (wrong.length === 0) return line
  const rows = wrong.map((one) => ({cells: [one.check, paint[one.verdict](one.verdict), one.reason]}))
  const levels = urgency.flatMap((level) => {
    const names = wrong.flatMap(({check, verdict: own}) => (own === level ? [check] : []))
    return names.length === 0 ? [] : [`${paint[level](color.bold(level))}: ${names.join(', ')}`]
  })
  return [
    renderTable(page, ['CHECK', 'VERDICT', 'WHY'], rows),
    ...(well.length > 0 ? [line] : []),
    levels.join('; '),
  ].join('\n')
}

export function healthToJson({at, ...health}: Health): object {
  return {at: new Date(at).toISOString(), ...health}
}
