import {accessSync, constants} from 'node:fs'
import {withoutEndSlashes} from '../../domain/job/end-slashes.js'

/** The first program of this name in the folders of PATH. @returns undefined if there is none */
export function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => `${withoutEndSlashes(folder) || '/'}/${name}`)
    .find((file) => isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
