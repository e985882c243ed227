import {interpretedBy} from '../job/interpreter.js'
import {jobNameOfFile} from '../job/job-name.js'
import {lastPartOf} from '../job/path-text.js'
import {isBuiltin, type ShellShape, withoutQuotes} from './shell-shape.js'

/** A program that starts another one: how many words it takes before that, and which options have a value. */
interface Starter {
  readonly values: RegExp
  readonly operands: number
}

const starters: Readonly<Record<string, Starter>> = {
  flock: {values: /^-[wE]$/, operands: 1},
  timeout: {values: /^-[ks]$/, operands: 1},
  nice: {values: /^-n$/, operands: 0},
  ionice: {values: /^-[cn]$/, operands: 0},
  env: {values: /^-[uCS]$/, operands: 0},
  sudo: {values: /^-[ugCDhpRrtT]$/, operands: 0},
  chronic: {values: /^$/, operands: 0},
  nohup: {values: /^$/, operands: 0},
  setsid: {values: /^$/, operands: 0},
}

/** What a command runs: its script, else its program, as it is written. */
export interface CommandFile {
  readonly file: string
  /** Where it changes to before. */
  readonly folder: string | undefined
}

interface NamedFile extends CommandFile {
  /** Of a job that is named after it. */
  readonly name: string
}

/** The file that gives a command its name. @returns undefined if there is none, as for code */
export function fileOfCommand(shape: ShellShape, text: string): NamedFile | undefined {
  return shape.kind === 'compound' ? fileOfParts(text) : fileOfWords(shape.words, shape.folder)
}

function fileOfWords(words: readonly string[], folder: string | undefined): NamedFile | undefined {
  const inner = startedBy(words)
  const interpreted = interpretedBy(inner)
  if (interpreted && 'code' in interpreted) return undefined
  return named(interpreted ? interpreted.script : (inner[0] ?? ''), folder)
}

function named(file: string, folder: string | undefined): NamedFile | undefined {
  const name = jobNameOfFile(file)
  return name === undefined ? undefined : {file, folder, name}
}

/** The words of what is started at the end of `flock`, `timeout` and the like. */
function startedBy(words: readonly string[]): readonly string[] {
  let from = 0
  for (let inner = startedAt(words, from); inner !== undefined; inner = startedAt(words, from)) from = inner
  return words.slice(from)
}

/** @returns undefined if what begins at `from` starts nothing else */
function startedAt(words: readonly string[], from: number): number | undefined {
  const name = lastPartOf(words[from] ?? '')
  const starter = Object.hasOwn(starters, name) && starters[name]
  if (!starter) return undefined
  let at = from + 1
  while (words[at]?.startsWith('-')) at += starter.values.test(words[at] ?? '') ? 2 : 1
  at += starter.operands
  while (/^[A-Za-z_]\w*=/.test(words[at] ?? '')) at += 1
  return words[at]?.startsWith('-') === false ? at : undefined
}

/** The first command that is more than a test, a change of the directory and the like. */
function fileOfParts(text: string): NamedFile | undefined {
  const parts = partsOf(text)
  let folder: string | undefined
  for (const words of parts) {
    if (words[0] === 'cd' && words[1] !== undefined) folder = seenFrom(folder, withoutQuotes(words[1]))
    if (isBuiltin(words[0] ?? '')) continue
    const file = fileOfWords(words.map(withoutQuotes), folder)
    if (file !== undefined) return file
  }
  return named(parts[0]?.[0] ?? '', undefined)
}

/** A path as it is seen from a folder. */
export function seenFrom(folder: string | undefined, path: string): string {
  return folder === undefined || path.startsWith('/') ? path : `${folder}/${path}`
}

/** The commands of a line for a shell, as words. */
function partsOf(text: string): readonly (readonly string[])[] {
  return text
    .replace(/\\["'\\]|'[^']*'|"(?:[^"\\]|\\.)*"/gs, (quoted) => quoted.replace(/[;|&(){}\s]/g, '_'))
    .split(/&&|\|\||[;|&(){}]/)
    .map((part) => part.trim().replace(/^(?:(?:if|then|else|elif|do|while|until|!)[ \t]+)+/, ''))
    .map((part) => part.replace(/^(?:[A-Za-z_]\w*=\S*[ \t]+)+/, '').split(/[ \t]+/))
    .filter(([first]) => first !== undefined && first !== '')
}

/** Makes names unique by a number at the end, among themselves and those that are taken. */
export function uniqueNames(taken: Iterable<string>, isTaken = (_: string) => false): (name: string) => string {
  const known = new Set(taken)
  const numbers = new Map<string, number>()
  return (name) => {
    const stem = name.slice(0, 120)
    let unique = name
    let number = numbers.get(stem) ?? 2
    for (; known.has(unique) || isTaken(unique); number++) unique = `${stem}-${number}`
    numbers.set(stem, number)
    known.add(unique)
    return unique
  }
}
