import {headOf, tailOf} from './clean.js'
import type {MessagePart} from './parts.js'

/** How a channel writes a part, and how much room it has. */
interface TextFormat {
  readonly render: (part: MessagePart) => string
  /** Of all parts together. */
  readonly limit: number
  /** In the unit of `limit`; UTF-16 units if undefined. */
  readonly sizeOf?: (text: string) => number
  /** Between two parts. */
  readonly separator: string
}

/** Fewer characters than this say nothing. */
const leastText = 12

/**
 * The message as one text within the limit. Texts are shortened before they are written in the channel's markup, so that no
 * tag and no entity is cut. What is worth most gets its room first.
 */
export function fitText(parts: readonly MessagePart[], format: TextFormat): string {
  const {render, limit, sizeOf = (text: string) => text.length, separator} = format
  const kept = new Map<MessagePart, string>()
  let left = limit
  for (const part of [...parts].sort((a, b) => a.rank - b.rank)) {
    const room = left - (kept.size > 0 ? sizeOf(separator) : 0)
    const text = fitPart(
      part,
      (shorter) => render(shorter),
      (text) => sizeOf(text) <= room,
    )
    if (text === undefined) continue
    kept.set(part, text)
    left = room - sizeOf(text)
  }
  return parts.flatMap((part) => kept.get(part) ?? []).join(separator)
}

/** The part as text, shortened until it fits. @returns undefined if next to nothing of it would be left */
function fitPart(
  part: MessagePart,
  render: (part: MessagePart) => string,
  fits: (text: string) => boolean,
): string | undefined {
  const whole = render(part)
  if (fits(whole)) return whole
  let [fitting, tooLong] = [0, part.text.length]
  while (tooLong - fitting > 1) {
    const middle = (fitting + tooLong) >> 1
    if (fits(render(shortened(part, middle)))) fitting = middle
    else tooLong = middle
  }
  return fitting < leastText ? undefined : render(shortened(part, fitting))
}

function shortened(part: MessagePart, length: number): MessagePart {
  const text = part.kind === 'lines' ? `…${tailOf(part.text, length)}` : `${headOf(part.text, length)}…`
  return {...part, text}
}
