/** A path or an address without the slashes at its end. The lookbehind keeps the time linear where many slashes stand elsewhere. */
export function withoutEndSlashes(text: string): string {
  return text.replace(/(?<!\/)\/+$/, '')
}

/** The last part of a path: the name of a file or program. */
export function lastPartOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
