import type {JobState} from '../../domain/diagnose/job-status.js'
import type {Run} from '../../domain/run/run.js'
import {color} from './color.js'
import type {Page} from './page.js'

/** States and outcomes by shape: what colours say, signs and words say too. */

/** A sign for terminals, and what stands for it where the locale has ASCII alone. */
export interface Sign {
  readonly unicode: string
  readonly ascii: string
  readonly paint: (text: string) => string
}

const signs: Readonly<Record<JobState, Sign>> = {
  failing: {unicode: '✗', ascii: 'X', paint: color.red},
  hung: {unicode: '✗', ascii: 'X', paint: color.red},
  stalled: {unicode: '✗', ascii: 'X', paint: color.red},
  missed: {unicode: '○', ascii: 'o', paint: color.red},
  degraded: {unicode: '!', ascii: '!', paint: color.yellow},
  running: {unicode: '▸', ascii: '>', paint: color.cyan},
  healthy: {unicode: '✓', ascii: '.', paint: color.green},
  unknown: {unicode: '-', ascii: '-', paint: color.dim},
  silenced: {unicode: '‖', ascii: '=', paint: color.dim},
}

export function stateSign(page: Page, state: JobState): string {
  return shownSign(page, signs[state])
}

type StripOutcome = NonNullable<Run['outcome']> | 'running' | 'missed'

const bad = {unicode: '█', ascii: 'X', paint: color.red}
const lost = {unicode: '○', ascii: 'o', paint: color.red}

const bars: Readonly<Record<StripOutcome, Sign>> = {
  healthy: {unicode: '▂', ascii: '.', paint: color.green},
  degraded: {unicode: '▅', ascii: '!', paint: color.yellow},
  unhealthy: bad,
  failed: bad,
  'timed-out': bad,
  killed: bad,
  'not-started': bad,
  interrupted: lost,
  missed: lost,
  skipped: {unicode: '-', ascii: '-', paint: color.dim},
  running: {unicode: '▸', ascii: '>', paint: color.cyan},
}

/** One sign for each outcome, oldest first. */
export function strip(page: Page, outcomes: readonly StripOutcome[]): string {
  return outcomes.map((outcome) => shownSign(page, bars[outcome])).join('')
}

/** `↑` for longer, `↓` for shorter than usual. */
export function arrow({isUnicode}: Page, is: 'long' | 'short'): string {
  const arrows = isUnicode ? {long: '↑', short: '↓'} : {long: '^', short: 'v'}
  return arrows[is]
}

export function shownSign({isUnicode}: Page, {unicode, ascii, paint}: Sign): string {
  return paint(isUnicode ? unicode : ascii)
}
