/** Modules that the build writes from the files in commands/. */
declare module 'virtual:commands' {
  export const loaders: Readonly<
    Record<string, () => Promise<{default: import('./command/definition.js').GuardCommand}>>
  >
}
declare module 'virtual:manifest' {
  interface CommandEntry {
    readonly id: string
    /** A static property of guard's own commands. */
    readonly takesProgram?: true
    readonly flags: Readonly<Record<string, {readonly type: 'boolean' | 'option'}>>
  }
  export const manifest: {readonly commands: Readonly<Record<string, CommandEntry>>}
}
