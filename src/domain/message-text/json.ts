import type {Message} from '../delivery/message.js'
import {headline} from './headline.js'
import {safeIsoTime} from './zoned-time.js'

/** The message for other programs, one object: the keys of the message, times in ISO 8601 UTC, spans in milliseconds. */
export function messageToJson(message: Message): object {
  const {atMs, firstMs, lastMs, title, jobs, ...rest} = message
  return {
    ...rest,
    title,
    headline: headline(message),
    at: safeIsoTime(atMs),
    first: safeIsoTime(firstMs),
    last: safeIsoTime(lastMs),
    jobs: jobs.map(({healthySinceMs, sinceMs, ...job}) => ({
      ...job,
      since: safeIsoTime(sinceMs),
      ...(healthySinceMs !== undefined && {healthySince: safeIsoTime(healthySinceMs)}),
    })),
  }
}
