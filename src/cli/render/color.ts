import type {ChalkInstance} from 'chalk'
import {isTerminal} from '../output/terminal.js'

type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow'

let chalk: ChalkInstance | undefined

/**
 * Loads the colours of a terminal: none with NO_COLOR (no-color.org), which chalk does not know, or with `--no-color`.
 * Without a terminal chalk has colours for FORCE_COLOR alone; loading it is a part of each start that a pipe need not
 * pay.
 */
export async function loadColors(): Promise<void> {
  const {NO_COLOR, FORCE_COLOR} = process.env
  if (NO_COLOR || (FORCE_COLOR === undefined && !isTerminal('stdout'))) return
  const {Chalk, supportsColor} = await import('chalk')
  chalk = new Chalk({level: supportsColor ? supportsColor.level : 0})
}

function painter(style: Style): (text: string) => string {
  return (text) => chalk?.[style](text) ?? text
}

/** Texts stay as they are until `loadColors` has found that colours are wanted. */
export const color = {
  bold: painter('bold'),
  cyan: painter('cyan'),
  dim: painter('dim'),
  green: painter('green'),
  magenta: painter('magenta'),
  red: painter('red'),
  yellow: painter('yellow'),
}
