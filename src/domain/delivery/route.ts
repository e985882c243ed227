import {alertLevels} from '../alert/alert.js'
import type {AlertRoute} from '../settings/alerting.js'
import type {AlertLevel} from '../settings/job.js'

/** @returns INFO if it is none */
export function alertLevelOf(value: unknown): AlertLevel {
  return alertLevels.find((level) => level === value) ?? 'INFO'
}

/** Whether a level is at least as bad as another one. */
export function isAtLeast(level: AlertLevel, than: AlertLevel): boolean {
  return alertLevels.indexOf(level) >= alertLevels.indexOf(than)
}

/**
 * The channels that get news of this level about this subject: those of the first route that matches.
 *
 * @returns undefined if no route matches
 */
export function channelsFor(
  routes: readonly AlertRoute[],
  {subject, level}: {readonly subject: string; readonly level: AlertLevel},
): readonly string[] | undefined {
  return routes.find(
    (route) =>
      isAtLeast(level, route.level) &&
      (route.jobs.length === 0 || route.jobs.some((pattern) => matchesPattern(pattern, subject))),
  )?.to
}

/** `*` stands for any characters; all else for itself. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === text
  const last = rest.pop() ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > text.length - last.length) return false
    at = found + part.length
  }
  return true
}
