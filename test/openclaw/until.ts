/** Waits for what a real program does in its own time. Throws after `limitMs`. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  {everyMs = 1000, limitMs = 120_000} = {},
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
