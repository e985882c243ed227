import type {HealthVerdict} from '../../domain/health/check.js'
import type {Health} from '../../usecases/diagnose/check-health.js'
import {color} from './color.js'

const paint: Readonly<Record<HealthVerdict, (text: string) => string>> = {
  healthy: color.green,
  degraded: color.yellow,
  unhealthy: color.red,
}

/** One line for each check, and the overall verdict below. */
export function renderHealth({verdict, checks}: Health): string {
  const width = Math.max(...checks.map(({check}) => check.length))
  const lines = checks.map(
    (one) => `${one.check.padEnd(width)}  ${paint[one.verdict](one.verdict.padEnd(9))}  ${one.reason}`,
  )
  const causes = checks.filter((one) => one.verdict !== 'healthy').map(({check}) => check)
  const why = causes.length > 0 ? `: ${causes.join(', ')}` : ''
  return [...lines, `${paint[verdict](color.bold(verdict))}${why}`].join('\n')
}

export function healthToJson({at, ...health}: Health): object {
  return {at: new Date(at).toISOString(), ...health}
}
