import {accessSync, constants, statSync} from 'node:fs'
import {join} from 'node:path'
import {isExecutable} from '../host/is-executable.js'
import {wrongFirstLine} from './shebang.js'

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
function programOnPath(file: string, path: string | undefined): string | undefined {
  return candidates(file, path).find(isExecutable)
}

function candidates(file: string, path: string | undefined): readonly string[] {
  if (file.includes('/')) return [file]
  return (path ?? '').split(':').map((folder) => `${folder || '.'}/${file}`)
}

/**
 * Throws what execvp(3) would (ENOENT, EACCES), or GuardError for a wrong first line: the kernel, env(1) and a shell would
 * say something else of it, which would be taken for the words of the job. `path` is the PATH of the job.
 */
export function requireProgram(program: string, cwd: string | undefined, path: string | undefined): void {
  const problems: string[] = []
  for (const shown of candidates(program, path)) {
    const file = shown.startsWith('/') ? shown : join(cwd ?? '.', shown)
    const problem = problemOf(file)
    if (problem !== undefined) {
      problems.push(problem)
      continue
    }
    const wrong = wrongFirstLine(file, shown)
    if (wrong) throw wrong
    return
  }
  const [first = 'ENOENT'] = problems
  const code = program.includes('/') ? first : problems.includes('EACCES') ? 'EACCES' : 'ENOENT'
  throw Object.assign(new Error(`spawn ${program} ${code}`), {code})
}

/** The code of the error with which a file cannot be executed. */
function problemOf(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isDirectory() ? 'EACCES' : undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}
