/** Loaded late: in bun it takes a fifth of the time of a run, which needs it only for what is rare. */
export function childProcess(): typeof import('node:child_process') {
  return process.getBuiltinModule('node:child_process')
}
