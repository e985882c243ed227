import type {Settings} from '../settings/settings.js'
import {inOneLine} from '../settings/wrong.js'
import type {Check} from './check.js'

/**
 * What is wrong with the settings, but for jobs whose own part is: those are in trouble themselves.
 *
 * @returns undefined if nothing is
 */
export function judgeSettings({file, wrong}: Pick<Settings, 'file' | 'wrong'>): Check | undefined {
  const problem = wrong?.refusal ?? wrong?.notice
  if (problem === undefined) return undefined
  const facts = {file: file ?? null, jobsRun: wrong?.refusal === undefined}
  return {check: 'settings', verdict: 'degraded', reason: inOneLine(problem), facts}
}
