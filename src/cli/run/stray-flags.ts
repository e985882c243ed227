import {globalFlags} from '../command/flag.js'
import {printWarning} from '../output/stderr.js'
import {runOptions} from './run-options.js'

/** Warns of a flag of guard's that stands behind the name of the job, and so is one of the job's. */
export function warnOfStrayFlags([program, ...words]: readonly string[]): void {
  const stray = words.find(
    (word) => word.startsWith('--') && Object.hasOwn({...runOptions, ...globalFlags}, word.slice(2)),
  )
  if (stray !== undefined)
    printWarning(`${stray} went to ${program}: the flags of guard stand before the name of the job`)
}
