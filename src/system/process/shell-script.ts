import {mayExecute} from './shebang.js'

/**
 * The path of a program that the kernel does not know how to run, for /bin/sh to read: so execvp(3) goes on, and with
 * it Node, but not bun.
 *
 * @returns undefined if `error` is another one, or there is no such file on the path
 */
export function shellScriptOf(file: string, path: string | undefined, code: string | undefined): string | undefined {
  if (code !== 'ENOEXEC') return undefined
  return programOnPath(file, path)
}

/** The file that a program's name means. @returns undefined if PATH leads to none */
export function programOnPath(file: string, path: string | undefined): string | undefined {
  if (file.includes('/')) return file
  return (path ?? '')
    .split(':')
    .map((folder) => `${folder || '.'}/${file}`)
    .find(mayExecute)
}
