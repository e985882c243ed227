import {Chalk, supportsColor} from 'chalk'

/** Colours for a terminal: none with NO_COLOR (no-color.org), which chalk does not know, or with `--no-color`. */
export const color = new Chalk({level: process.env['NO_COLOR'] ? 0 : supportsColor ? supportsColor.level : 0})
