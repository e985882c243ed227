import {quoteForShell} from './shell-shape.js'

/** A text as one word of a command that people read, with quotes where a shell needs them. */
export function shellWord(text: string): string {
  return /^[\w./+:@,-]+$/.test(text) ? text : quoteForShell(text)
}
