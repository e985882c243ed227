import {interpretedBy, nameOfProgram} from '../job/interpreter.js'
import {jobNameOfFile} from '../job/job-name.js'
import {isBuiltin, type ShellShape} from './shell-shape.js'

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

/** The name of a job by its command: that of its script, else of its program. @returns undefined if none can be made */
export function jobNameOfCommand(shape: ShellShape, text: string): string | undefined {
  return shape.kind === 'simple' ? nameOfWords(shape.words) : nameOfParts(text)
}

function nameOfWords(words: readonly string[]): string | undefined {
  const inner = startedBy(words)
  const interpreted = interpretedBy(inner)
  if (interpreted && 'code' in interpreted) return undefined
  return jobNameOfFile(interpreted ? interpreted.script : (inner[0] ?? ''))
}

/** The words of what is started at the end of `flock`, `timeout` and the like. */
function startedBy(words: readonly string[]): readonly string[] {
  const starter = Object.hasOwn(starters, nameOfProgram(words[0] ?? '')) && starters[nameOfProgram(words[0] ?? '')]
  if (!starter) return words
  let at = 1
  while (words[at]?.startsWith('-')) at += starter.values.test(words[at] ?? '') ? 2 : 1
  at += starter.operands
  while (/^[A-Za-z_]\w*=/.test(words[at] ?? '')) at += 1
  const inner = words.slice(at)
  return inner.length === 0 || inner[0]?.startsWith('-') ? words : startedBy(inner)
}

/** Of several commands the first that is more than a test, a change of the directory and the like. */
function nameOfParts(text: string): string | undefined {
  const parts = text
    .replace(/'[^']*'|"(?:[^"\\]|\\.)*"/gs, (quoted) => quoted.replace(/[;|&(){}\s]/g, '_'))
    .split(/&&|\|\||[;|&(){}]/)
    .map((part) => part.trim().replace(/^(?:(?:if|then|else|elif|do|while|until|!)[ \t]+)+/, ''))
    .map((part) => part.replace(/^(?:[A-Za-z_]\w*=\S*[ \t]+)+/, '').split(/[ \t]+/))
    .filter(([first]) => first !== undefined && first !== '')
  for (const words of parts) {
    if (isBuiltin(words[0] ?? '')) continue
    const name = nameOfWords(words.map((word) => word.replace(/^["']|["']$/g, '')))
    if (name !== undefined) return name
  }
  return jobNameOfFile(parts[0]?.[0] ?? '')
}

/** Makes names unique by a number at the end, among themselves and those that are taken. */
export function uniqueNames(taken: Iterable<string>): (name: string) => string {
  const known = new Set(taken)
  return (name) => {
    let unique = name
    for (let number = 2; known.has(unique); number++) unique = `${name.slice(0, 120)}-${number}`
    known.add(unique)
    return unique
  }
}
