declare const __GUARD_VERSION__: string

/** Put in by the build. */
export const version: string = __GUARD_VERSION__

/** As oclif writes it, but with the runtime's true name: bun gives itself the version of a Node. */
export function versionText(): string {
  const runtime = process.versions['bun'] === undefined ? `node-${process.version}` : `bun-v${process.versions['bun']}`
  return `guardian/${version} ${process.platform}-${process.arch} ${runtime}`
}
