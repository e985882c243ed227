import {isJobName} from '../job/job-name.js'

/** One slot of one job, by which no other run of it may begin: `backup#2026-11-29T02:00:00.000Z`. */
export function slotKey(job: string, slotMs: number): string {
  return `${job}#${new Date(slotMs).toISOString()}`
}

/** @returns undefined if the text is no key as `slotKey` writes them */
export function parseSlotKey(text: string): {readonly job: string; readonly slotMs: number} | undefined {
  const at = text.lastIndexOf('#')
  const job = text.slice(0, Math.max(0, at))
  const slotMs = Date.parse(text.slice(at + 1))
  if (!isJobName(job) || Number.isNaN(slotMs)) return undefined
  return slotKey(job, slotMs) === text ? {job, slotMs} : undefined
}
