/** Modules that the build writes from the files in commands/. */
declare module 'virtual:commands' {
  export const loaders: Readonly<Record<string, () => Promise<{default: unknown}>>>
}
declare module 'virtual:manifest' {
  export const manifest: {readonly commands: Readonly<Record<string, {readonly id: string}>>}
}
