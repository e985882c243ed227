import {withoutEndSlashes} from '../../domain/job/path-text.js'
import {isExecutable} from './is-executable.js'

/** The first program of this name in the folders of PATH. @returns undefined if there is none */
export function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => `${withoutEndSlashes(folder) || '/'}/${name}`)
    .find((file) => isExecutable(file))
}
