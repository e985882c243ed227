import {createHash} from 'node:crypto'
import type {WrongSettings} from '../../domain/settings/wrong.js'

/** By which wrong settings are said once, whatever finds them. */
export function reasonOfWrong({message}: Pick<WrongSettings, 'message'>): string {
  return `settings:${createHash('sha256').update(message).digest('hex').slice(0, 16)}`
}
