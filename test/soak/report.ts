import type {Evidence} from './evidence.js'
import {jobOf} from './evidence.js'

/** For people: what was true of each job, what was said at the end, and every fault. At most 80 columns. */
export function renderReport({kinds, runsOf, incidents, surveys}: Evidence, faults: readonly string[]): string {
  const last = surveys.at(-1)
  const lines = kinds.map((kind) => {
    const {name, sentence} = kind
    const own = incidents.filter(({job}) => jobOf(job) === name)
    const told = own.reduce((sum, {toldAt}) => sum + toldAt.length, 0)
    const mark = faults.some((fault) => fault.startsWith(`${name}:`)) ? 'FAULT' : 'ok'
    const counts = `${runsOf(name).length} runs, ${own.length} incidents, ${told} told`
    const verdict = last?.jobs.get(name)?.verdict ?? '-'
    return `${mark.padEnd(5)} ${name.padEnd(14)} ${verdict.padEnd(12)} ${counts}\n      ${wrap(sentence, 6)}`
  })
  const found = faults.map((fault) => `- ${wrap(fault, 2)}`)
  const end =
    faults.length === 0 ? 'All that was said was true, and all that was true was said.' : `${faults.length} faults:`
  return [...lines, '', end, ...found].join('\n')
}

const columns = 80

/** Breaks between words; further lines begin with so many spaces. */
function wrap(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (indent + line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}
