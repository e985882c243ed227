import {accessSync, constants} from 'node:fs'

/**
 * The path of a program that the kernel does not know how to run, for /bin/sh to read: so execvp(3) goes on, and with
 * it Node, but not bun.
 *
 * @returns undefined if `error` is another one, or there is no such file on the path
 */
export function shellScriptOf(file: string, path: string | undefined, code: string | undefined): string | undefined {
  if (code !== 'ENOEXEC') return undefined
  if (file.includes('/')) return file
  return (path ?? '')
    .split(':')
    .map((folder) => `${folder || '.'}/${file}`)
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
