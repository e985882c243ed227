/** Modules that the build writes from the files in commands/. */
declare module 'virtual:commands' {
  export const loaders: Readonly<Record<string, () => Promise<{default: unknown}>>>
}
declare module 'virtual:manifest' {
  interface CommandEntry {
    readonly id: string
    readonly flags: Readonly<Record<string, {readonly type: 'boolean' | 'option'}>>
  }
  export const manifest: {readonly commands: Readonly<Record<string, CommandEntry>>}
}
