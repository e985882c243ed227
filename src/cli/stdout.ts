let isHeeded = false

/** Writes to standard output; a closed pipe (`| head`) is not an error. */
export function writeOut(piece: string | Buffer): void {
  if (!isHeeded) {
    isHeeded = true
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  process.stdout.write(piece)
}

/** One object: indented for people, on one line for programs. */
export function writeJson(value: unknown): void {
  writeOut(`${JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : 0)}\n`)
}
