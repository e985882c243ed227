declare const __GUARD_VERSION__: string
declare const __GUARD_PJSON__: {readonly name: string; readonly version: string; readonly oclif: object}

/** Put in by the build. */
export const version: string = __GUARD_VERSION__
export const pjson = __GUARD_PJSON__
