/** A path or an address without the slashes at its end. The lookbehind keeps the time linear where many slashes stand elsewhere. */
export function withoutEndSlashes(text: string): string {
  return text.replace(/(?<!\/)\/+$/, '')
}
