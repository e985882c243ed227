import {manifest} from 'virtual:manifest'
import {GuardError} from '../../errors.js'
import {bashCompletion} from './bash.js'
import {fishCompletion} from './fish.js'
import {grammarOf} from './grammar.js'
import {zshCompletion} from './zsh.js'

const shells = new Map(Object.entries({bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion}))

/** The script for a shell. Throws GuardError `usage`. */
export function completionScript(shell: string | undefined): string {
  const completion = shells.get(shell ?? '')
  if (completion) return completion(grammarOf(manifest.commands))
  const what = shell === undefined ? 'no shell is named' : `${shell} is not a known shell`
  throw new GuardError('usage', what, ['write bash, zsh or fish: guard completion bash'])
}
