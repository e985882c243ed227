import {StringDecoder} from 'node:string_decoder'
import {hiddenForms} from '../../domain/failure/mask-values.js'
import {showControlsButColors} from '../../domain/log/show-controls.js'

/** Takes a log in pieces, cut anywhere. */
export interface LogSink {
  push(piece: Buffer): void
  /** Nothing more comes. */
  end(): void
}

/** Masks secrets; all other bytes pass as they are. What may be the beginning of a secret waits for the next piece. */
export function maskingSink(secrets: readonly string[], sink: LogSink): LogSink {
  const forms = hiddenForms(secrets).map((form) => Buffer.from(form).toString('latin1'))
  if (forms.length === 0) return sink
  let waiting = ''
  const pass = (text: string) => {
    if (text !== '') sink.push(Buffer.from(text, 'latin1'))
  }
  return {
    push: (piece) => {
      const text = forms.reduce((masked, form) => masked.replaceAll(form, '***'), waiting + piece.toString('latin1'))
      const cut = text.length - Math.max(...forms.map((form) => begunLength(text, form)))
      waiting = text.slice(cut)
      pass(text.slice(0, cut))
    },
    end: () => {
      pass(waiting)
      sink.end()
    },
  }
}

/** How many characters at the end of the text begin this form. */
function begunLength(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length > 0; length--)
    if (text.endsWith(form.slice(0, length))) return length
  return 0
}

/** The beginning of a colour, or of a line's end, that the next piece may complete. */
const begun = new RegExp(`(?:${'\u001B'}(?:\\[[\\d;:]{0,60})?|\r)$`)

/** Lets lines and colours through, and shows all other control characters: what a terminal may get. */
export function terminalSink(take: (text: string) => void): LogSink {
  const decoder = new StringDecoder('utf8')
  let waiting = ''
  let isColored = false
  const show = (text: string) => {
    isColored ||= text.includes('\u001B')
    if (text !== '') take(showControlsButColors(text.replaceAll('\r\n', '\n')))
  }
  return {
    push: (piece) => {
      const text = waiting + decoder.write(piece)
      waiting = begun.exec(text)?.[0] ?? ''
      show(text.slice(0, text.length - waiting.length))
    },
    end: () => {
      show(waiting + decoder.end())
      // The colours of a log that ends in the middle must not stay.
      if (isColored) take('\u001B[0m')
    },
  }
}

/** Hands over whole lines, and at the end what is left of one. */
export function lineSink(take: (line: string) => void): LogSink {
  const decoder = new StringDecoder('utf8')
  // A line may be as long as the log, and is put together once.
  let rest: string[] = []
  const takeText = (text: string) => {
    const lines = text.split('\n')
    for (const line of lines.slice(0, -1)) {
      take(rest.join('') + line)
      rest = []
    }
    rest.push(lines.at(-1) ?? '')
  }
  return {
    push: (piece) => takeText(decoder.write(piece)),
    end: () => {
      takeText(decoder.end())
      if (rest.some((part) => part !== '')) take(rest.join(''))
      rest = []
    },
  }
}
