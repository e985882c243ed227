/** A text as one word for a shell. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The same for a command that people read, with quotes only where a shell needs them. */
export function shellWord(text: string): string {
  return /^[\w./+:@,-]+$/.test(text) ? text : quoteForShell(text)
}
