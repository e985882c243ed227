import type {ServerResponse} from 'node:http'
import {HttpError} from './http-error.js'

/** What has been written since a position. Without `jobs`, any job may have changed. */
export interface Change {
  readonly journals: readonly string[]
  readonly jobs?: readonly string[]
}

/** The journals, as far as events need them. */
export interface ChangeFeed {
  /** Where all journals end now, as one word: the id of an event. */
  position(): string
  /** What was written after a position that was `position()` once; any other text counts as the beginning of time. */
  changesSince(position: string): Change
  /** Calls back soon after something may have been written, until the returned function is called. */
  watch(changed: () => void): () => void
}

interface EventDeps {
  readonly feed: ChangeFeed
  /** Wall clock, ms. */
  readonly nowMs: () => number
}

const mostStreams = 32
const betweenCommentsMs = 15_000
/** A reader with so much unread is dropped: it asks again with the id of the last event that it has. */
const mostUnreadBytes = 64 * 1024
/** What a browser waits before it asks again. */
const retryMs = 2000

/** Of an answer that is a stream. */
export const streamHeaders = {'content-type': 'text/event-stream', 'x-accel-buffering': 'no'} as const

/** The event streams of all readers. They share one watch of the journals, which lasts while there is a reader. */
export class EventStreams {
  private readonly deps: EventDeps
  private readonly readers = new Set<ServerResponse>()
  private position = ''
  private stopWatch: () => void = () => undefined
  private comments: NodeJS.Timeout | undefined
  private isClosed = false

  constructor(deps: EventDeps) {
    this.deps = deps
  }

  /** Answers with a stream that goes on after `lastEventId`. Throws HttpError if there are too many. */
  open(reader: ServerResponse, headers: Readonly<Record<string, string>>, lastEventId: string | undefined): void {
    if (this.readers.size >= mostStreams || this.isClosed)
      throw new HttpError('too-many-streams', `there are ${mostStreams} event streams already`, {
        hints: ['ask for the answers again and again instead'],
        headers: {'retry-after': '10'},
      })
    if (this.readers.size === 0) this.begin()
    this.readers.add(reader)
    reader.once('close', () => this.drop(reader))
    reader.writeHead(200, {...headers, ...streamHeaders})
    reader.write(`retry: ${retryMs}\nid: ${this.position}\n\n`)
    if (lastEventId !== undefined && lastEventId !== this.position)
      this.send(reader, this.eventOf(this.deps.feed.changesSince(lastEventId)))
  }

  /** Ends all streams, and refuses new ones. */
  close(): void {
    this.isClosed = true
    for (const reader of [...this.readers]) reader.end()
  }

  private begin(): void {
    this.position = this.deps.feed.position()
    this.stopWatch = this.deps.feed.watch(() => this.tell())
    this.comments = setInterval(() => this.sendToAll(': still here\n\n'), betweenCommentsMs)
  }

  private drop(reader: ServerResponse): void {
    this.readers.delete(reader)
    if (this.readers.size > 0) return
    this.stopWatch()
    clearInterval(this.comments)
  }

  private tell(): void {
    const position = this.deps.feed.position()
    if (position === this.position) return
    const change = this.deps.feed.changesSince(this.position)
    this.position = position
    this.sendToAll(this.eventOf(change))
  }

  private eventOf(change: Change): string {
    const data = JSON.stringify({at: new Date(this.deps.nowMs()).toISOString(), ...change})
    return `id: ${this.position}\nevent: changed\ndata: ${data}\n\n`
  }

  private sendToAll(text: string): void {
    for (const reader of [...this.readers]) this.send(reader, text)
  }

  private send(reader: ServerResponse, text: string): void {
    if (!reader.write(text) && reader.writableLength > mostUnreadBytes) reader.destroy()
  }
}
