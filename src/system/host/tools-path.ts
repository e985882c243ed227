/** Where guard finds the tools of the system, whatever the caller's PATH is. */
export function toolsPath(): string {
  return ['/usr/bin', '/bin', process.env['PATH']].filter(Boolean).join(':')
}
