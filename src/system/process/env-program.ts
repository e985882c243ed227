import {readHead} from './shebang.js'

/** The program that `#!/usr/bin/env PROGRAM` looks for in PATH. @returns undefined of any other file */
export function programOfEnv(file: string): string | undefined {
  try {
    return /^#![ \t]*\S*\/env[ \t]+(?:-S[ \t]+)?([^-\s=][^\s=]*)[ \t\n]/.exec(readHead(file))?.[1]
  } catch {
    return undefined
  }
}
