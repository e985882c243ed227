import type {Message} from '../delivery/message.js'
import {headline} from './headline.js'

/** The message for other programs, one object: the keys of the message, times in ISO 8601 UTC, spans in milliseconds. */
export function messageToJson(message: Message): object {
  const {atMs, firstMs, lastMs, title, jobs, ...rest} = message
  return {
    ...rest,
    title,
    headline: headline(message),
    at: iso(atMs),
    first: iso(firstMs),
    last: iso(lastMs),
    jobs: jobs.map(({healthySinceMs, sinceMs, ...job}) => ({
      ...job,
      since: iso(sinceMs),
      ...(healthySinceMs !== undefined && {healthySince: iso(healthySinceMs)}),
    })),
  }
}

function iso(atMs: number): string {
  return new Date(Math.abs(atMs) <= 8.64e15 ? atMs : 0).toISOString()
}
