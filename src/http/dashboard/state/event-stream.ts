/** What changed, as the server's events say it. */
export interface ChangedEvent {
  readonly journals: readonly string[]
  /** Undefined if any job may have changed. */
  readonly jobs: readonly string[] | undefined
}

interface StreamReader {
  /** The id of the last event, with which the stream goes on where it was. */
  lastId: string | undefined
  onChange(event: ChangedEvent): void
  /** Of each piece, of comments too. */
  onSign(): void
}

/** Reads `text/event-stream` until its end. EventSource would do it, but sends no headers. */
export async function readEvents(body: ReadableStream<Uint8Array>, reader: StreamReader): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for (const pieces = body.getReader(); ; ) {
    const {done, value} = await pieces.read()
    if (done) return
    reader.onSign()
    text += decoder.decode(value, {stream: true})
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) takeBlock(block, reader)
  }
}

function takeBlock(block: string, reader: StreamReader): void {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (name !== '') fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value)
  }
  const id = fields.get('id')
  if (id !== undefined) reader.lastId = id
  const data = fields.get('data')
  if (data === undefined) return
  const {journals = [], jobs} = JSON.parse(data) as Partial<ChangedEvent>
  reader.onChange({journals, jobs})
}
