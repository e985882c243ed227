import {dirname, join} from 'node:path'

/** Whether this is the standalone executable, which has bun inside and needs no Node. */
export const isStandalone = 'bun' in process.versions

/** The program that people and jobs call: a launcher, beside the executable or in the package of npm. */
export function programFile(): string {
  return isStandalone ? join(dirname(process.execPath), 'guard') : join(__dirname, '../bin/guard')
}
