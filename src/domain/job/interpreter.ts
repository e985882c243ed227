import {lastPartOf} from './path-text.js'

/** A shell or interpreter, as far as a command line shows what it runs. */
interface Interpreter {
  readonly programs: RegExp
  /** The option that brings the code; its group is code in the same word. */
  readonly code: RegExp
  /** Options whose value is the next word. */
  readonly values: RegExp
}

const shell: Interpreter = {
  programs: /^(?:sh|ash|bash|rbash|dash|zsh|ksh|mksh|yash|fish|csh|tcsh)$/,
  // Letters after the c are further options; the code is the first word that is no option.
  code: /^-(?=[A-Za-z]*$)[A-Za-z]*c/,
  values: /^(?:[-+][A-Za-z]*[oO]|--rcfile|--init-file)$/,
}

const interpreters: readonly Interpreter[] = [
  shell,
  {programs: /^(?:python|pypy)[\d.]*$/, code: /^-[bBdEiIOPqsSuvx]*[cm](.*)$/s, values: /^-[WX]$/},
  {programs: /^perl[\d.]*$/, code: /^-[acflnpstTuUvwWX0-7]*[eE](.*)$/s, values: /^-I$/},
  {programs: /^ruby[\d.]*$/, code: /^-[acdlnpsSvwy0-7]*e(.*)$/s, values: /^-[CEIr]$/},
  {
    programs: /^(?:node|nodejs|bun)$/,
    code: /^(?:-e|-p|-pe|--eval|--print)(?:=(.*))?$/s,
    values: /^(?:-r|-C|--require|--import|--loader|--env-file)$/,
  },
  {programs: /^php[\d.]*$/, code: /^-[rRB](.*)$/s, values: /^-[cdz]$/},
  {programs: /^lua[\d.]*$/, code: /^-e(.*)$/s, values: /^-l$/},
]

/** What an interpreter runs: code of the command line, or a script. */
type Interpreted = {readonly code: string} | {readonly script: string}

/** @returns undefined if the program is not a known interpreter, or is given neither code nor a script */
export function interpretedBy(argv: readonly string[]): Interpreted | undefined {
  let at = 0
  for (; lastPartOf(argv[at] ?? '') === 'busybox'; at++) if (argv[at + 1]?.startsWith('-')) return undefined
  const name = lastPartOf(argv[at] ?? '')
  const interpreter = interpreters.find(({programs}) => programs.test(name))
  return interpreter && readWords(interpreter, argv.slice(at + 1))
}

function readWords(interpreter: Interpreter, words: readonly string[]): Interpreted | undefined {
  let isCode = false
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const isEnd = word === '--'
    if (isEnd || !/^[-+]./.test(word)) {
      const operand = isEnd ? words[index + 1] : word
      if (operand === undefined || operand === '-') return undefined
      return isCode ? {code: operand} : {script: operand}
    }
    const code = interpreter.code.exec(word)
    if (code && interpreter !== shell) return {code: code[1] || (words[index + 1] ?? '')}
    if (code) isCode = true
    else if (interpreter.values.test(word)) index += 1
  }
  return undefined
}
