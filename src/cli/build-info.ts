declare const __GUARD_VERSION__: string

/** Put in by the build. */
export const version: string = __GUARD_VERSION__
