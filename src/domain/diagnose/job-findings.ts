import {shellWord} from '../crontab/shell-word.js'
import {type Finding, finding} from './finding.js'

/** What would start a job under cron. */
export interface JobStart {
  readonly job: string
  /** The programs that its command line needs, in order; those that are there have a path. */
  readonly programs: readonly {readonly name: string; readonly path: string | undefined}[]
  /** Why there is no command line, and what to do about it. */
  readonly refusal?: {readonly reason: string; readonly hint: string | undefined}
  /** PATH of the job under cron. */
  readonly path: string
  /** Its working directory, if the settings name one that is not there. */
  readonly missingCwd: string | undefined
}

export function judgeJobStart({job, programs, refusal, path, missingCwd}: JobStart): readonly Finding[] {
  const mend = `guard run --plan ${job}`
  const problems = [
    ...(refusal
      ? [finding('script', 'wrong', `${job} cannot be started`, {proof: refusal.reason, ...mendOf(refusal.hint, mend)})]
      : []),
    ...programs
      .filter((program) => program.path === undefined)
      .map(({name}) =>
        finding('script', 'wrong', `PATH in cron has no ${name}`, {
          proof: `${job} needs it, and its PATH under cron is ${path}`,
          mend: `command -v ${shellWord(name)}`,
          note: `write jobs.${job}.env: {PATH: …} in the settings, or its whole path`,
        }),
      ),
    ...(missingCwd === undefined
      ? []
      : [
          finding('script', 'wrong', `${job} has no directory to start in`, {
            proof: `${missingCwd} is not there`,
            mend: `mkdir -p ${shellWord(missingCwd)}`,
          }),
        ]),
  ]
  return problems.length > 0 ? problems : [finding('script', 'well', `${programs.at(-1)?.path ?? job} can be started`)]
}

/** Hints of errors are for people; those after a colon are commands. */
export function mendOf(hint: string | undefined, otherwise: string): {readonly mend: string; readonly note?: string} {
  const [, command] = /: ((?:chmod|sed|ls|guard) .+)$/.exec(hint ?? '') ?? []
  if (command !== undefined) return {mend: command}
  return {mend: otherwise, ...(hint !== undefined && {note: hint})}
}

/** A folder that the job must keep files in. */
export interface OutputFolder {
  readonly pattern: string
  readonly folder: string
  readonly is: 'writable' | 'missing' | 'unwritable'
}

export function judgeOutputFolders(job: string, folders: readonly OutputFolder[]): readonly Finding[] {
  const odd = folders.filter(({is}) => is !== 'writable')
  if (odd.length === 0 && folders.length > 0)
    return [finding('outputs', 'well', folders.length === 1 ? "its outputs' folder" : "its outputs' folders")]
  return odd.map(({pattern, folder, is}) =>
    is === 'missing'
      ? finding('outputs', 'look', `${folder} is not there`, {
          proof: `${job} keeps ${pattern} in it`,
          mend: `mkdir -p ${shellWord(folder)}`,
        })
      : finding('outputs', 'wrong', `${folder} cannot be written`, {
          proof: `${job} keeps ${pattern} in it`,
          mend: `ls -ld ${shellWord(folder)}`,
        }),
  )
}

/** The folder of a pattern: all before its first part that is not plain. */
export function folderOfPattern(pattern: string): string {
  const parts = pattern.split('/')
  const first = parts.findIndex((part) => /[*?[\]{}()!+@\\]/.test(part))
  const plain = parts.slice(0, first < 0 ? -1 : first)
  return plain.join('/') || (pattern.startsWith('/') ? '/' : '.')
}
