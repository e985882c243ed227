/** Modules that the build writes from the files in commands/. */
declare module 'virtual:commands' {
  export const loaders: Readonly<
    Record<string, () => Promise<{default: import('./command/definition.js').GuardCommand}>>
  >
}
declare module 'virtual:manifest' {
  interface FlagEntry {
    readonly type: 'boolean' | 'option'
    readonly summary?: string
    readonly options?: readonly string[]
  }
  interface CommandEntry {
    readonly id: string
    /** A static property of guard's own commands. */
    readonly takesProgram?: true
    readonly summary?: string
    readonly flags: Readonly<Record<string, FlagEntry>>
    readonly args?: Readonly<Record<string, unknown>>
  }
  export const manifest: {readonly commands: Readonly<Record<string, CommandEntry>>}
}
declare module 'virtual:dashboard' {
  export const page: import('../http/page.js').DashboardPage
}
