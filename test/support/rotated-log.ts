import {existsSync, readFileSync} from 'node:fs'

/** The text of a log and its old files, oldest first. */
export function wholeLog(file: string): string {
  const files = [file]
  for (let number = 1; existsSync(`${file}.${number}`); number++) files.unshift(`${file}.${number}`)
  return files.map((one) => readFileSync(one, 'utf8')).join('')
}

/** The output of seq(1). */
export function sequence(from: number, to: number): string {
  return Array.from({length: to - from + 1}, (_, index) => `${from + index}\n`).join('')
}
