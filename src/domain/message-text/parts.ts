import {span} from '../clock/span.js'
import type {JobNews, Message} from '../delivery/message.js'
import {cleanLine, cleanText, clippedLine} from './clean.js'
import {headline} from './headline.js'
import {zonedTime} from './zoned-time.js'

/**
 * A piece of a message, before it has the look of a channel.
 *
 * - headline: what has happened, one line.
 * - fact: a label and one line.
 * - lines: a label and lines of output, of which the last ones matter most.
 * - list: a label and one line for each item.
 * - note: a paragraph.
 * - command: what to type to see more.
 */
export interface MessagePart {
  readonly kind: 'headline' | 'fact' | 'lines' | 'list' | 'note' | 'command'
  /** Empty for headline and note. */
  readonly label: string
  readonly text: string
  /** What is worth most has 0; where room is short, higher ranks are shortened or left out first. */
  readonly rank: number
}

const mostNames = 10

/** So that one long text of another program leaves room for the rest. UTF-16 units. */
const [longestFact, longestName] = [400, 150]

/** All that a message says, in the order in which it is read. Times are in one zone, an IANA name. */
export function messageParts(message: Message, timezone: string): readonly MessagePart[] {
  const time = (atMs: number) => zonedTime(atMs, timezone)
  const [job] = message.jobs
  const about = job && message.jobCount === 1 ? partsOfJob(message, job, time) : partsOfMany(message, time)
  const parts = [
    {kind: 'headline', label: '', text: headline(message), rank: 0} as const,
    ...about,
    ...message.notes.map((note) => ({kind: 'note', label: '', text: cleanText(note).trim(), rank: 5}) as const),
    fact('Late', message.lateMs > 0 ? `by ${span(message.lateMs)}; written ${time(message.atMs)}` : '', 3),
    {kind: 'command', label: 'More', text: cleanLine(message.command ?? ''), rank: 1} as const,
  ]
  return parts.filter(({text}) => text !== '')
}

function partsOfJob(message: Message, job: JobNews, time: (atMs: number) => string): MessagePart[] {
  const over = message.kind === 'recovery'
  // It may be of a part of guard, and has no end.
  const isNotice = message.kind === 'notice'
  const good = job.healthySinceMs
  return [
    fact(isNotice ? 'About' : 'Job', `${job.job} on ${message.host}`, 1),
    fact('What', job.reason, 2),
    fact('Outcome', outcomeText(job), 2),
    lines('Error', errorText(job), 3),
    fact('Tried', (job.tried ?? []).join('; '), 4),
    lines('Last lines', (job.lastLines ?? []).join('\n'), 6),
    fact(isNotice ? 'When' : 'Trouble since', over ? '' : time(job.sinceMs), 3),
    fact('Trouble lasted', durationText(message), 2),
    fact(over ? 'Healthy since' : 'Last good run', good === undefined ? '' : time(good), 3),
    fact('Run', job.runId ?? '', 5),
  ]
}

/** @returns an empty text if no run had it and the reason says it already */
function errorText({errorLine = '', reason, outcome}: JobNews): string {
  return outcome === undefined && reason.includes(errorLine) ? '' : clippedLine(errorLine, longestFact)
}

function partsOfMany(message: Message, time: (atMs: number) => string): MessagePart[] {
  const {jobs, jobCount, host, firstMs, lastMs} = message
  const named = jobs.slice(0, mostNames)
  const names = named.map(({job, reason}) => clippedLine(`${job}: ${reason}`, longestName))
  const others = jobCount - named.length
  const isAboutJobs = jobCount > 0 && message.kind !== 'notice'
  const rest = others > 0 && named.length > 0 ? [`and ${others} more`] : []
  const tried = new Set(named.flatMap((job) => job.tried ?? []))
  return [
    fact(isAboutJobs ? 'Jobs' : 'Host', isAboutJobs ? `${jobCount} on ${host}` : host, 1),
    fact('Cause', message.cause ?? '', 2),
    fact(firstMs === lastMs ? 'When' : 'First', time(firstMs), 3),
    fact('Last', firstMs === lastMs ? '' : time(lastMs), 3),
    fact('Trouble lasted', durationText(message), 2),
    {kind: 'list', label: 'Named', text: [...names, ...rest].join('\n'), rank: 4},
    lines('Error', jobCount > 0 ? clippedLine(named[0]?.errorLine ?? '', longestFact) : '', 5),
    fact('Tried', [...tried].join('; '), 6),
  ]
}

function outcomeText({outcome, failureClass, badRuns = 0, durationMs}: JobNews): string {
  const what = [outcome, failureClass && `(${failureClass})`].filter(Boolean).join(' ')
  const often = badRuns > 1 ? `${badRuns} times in a row` : ''
  const took =
    durationMs === undefined ? '' : `took ${durationMs < 1000 ? `${Math.round(durationMs)}ms` : span(durationMs)}`
  return [what, often, took].filter(Boolean).join(', ')
}

function durationText({kind, durationMs}: Message): string {
  return kind === 'recovery' && durationMs !== undefined ? span(durationMs) : ''
}

function fact(label: string, text: string, rank: number): MessagePart {
  return {kind: 'fact', label, text: clippedLine(text, longestFact), rank}
}

function lines(label: string, text: string, rank: number): MessagePart {
  return {kind: 'lines', label, text: cleanText(text).replace(/^\n+/, '').trimEnd(), rank}
}
