import {GuardError} from '../../errors.js'
import {printWarning} from '../output/stderr.js'

/**
 * What a daemon does about a round that failed. A full disk, or another daemon at work, ends no watch: the next round may
 * succeed. Anything else, such as wrong settings, is thrown.
 */
export function warnOfRound(daemon: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof GuardError) || !['busy', 'io', 'fenced', 'no-state'].includes(error.kind)) throw error
    printWarning(`${daemon}: ${error.message}`)
  }
}
