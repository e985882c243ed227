import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {bundle} from '../bundle.mjs'
import {middle} from '../compare.mjs'
import {measureOnce, node, root} from '../place.mjs'

export const title = 'the pattern search in memory: the built-in classes, with and without 20 patterns from settings'

const own = Array.from({length: 20}, (_, index) => `never-there-${index}.*fail`)
const log = `${'2026-01-01T00:00:00Z INFO worker 17 handled request in 12 ms '.padEnd(119, 'x')}\n`

const near = `${'never-there-1 never-there-12 connection refuse timed ou'.padEnd(119)}\n`
const texts = [
  // As many bytes as guard searches at most.
  {what: 'a log of 120 bytes a line, 20 patterns', text: log.repeat(560_000), patterns: {own}},
  {what: 'every line nearly matches, 20 patterns', text: near.repeat(560_000), patterns: {own}},
  {what: 'one line of 10 MB, 20 patterns', text: `${'never-there-1 '.repeat(700_000)}\n`, patterns: {own}},
  {what: '2 KiB, 20 patterns, with loading and compiling', text: log.repeat(17), patterns: {own}},
  {what: 'a log, no own patterns', text: log.repeat(560_000)},
  {what: 'every line nearly matches, no own patterns', text: near.repeat(560_000)},
  {what: '2 KiB, no own patterns, with loading and compiling', text: log.repeat(17)},
]

export async function run({place, rounds}) {
  await bundle(join(root, 'src/domain/failure/failure-class.ts'), place.path('search.cjs'))
  await bundle(join(root, 'src/line-patterns.ts'), place.path('patterns.cjs'))
  const rows = texts.map(({what, text, patterns}, index) => {
    const file = place.write(`text-${index}`, text)
    const search = place.write(`scan-${index}.cjs`, scanner(file, patterns))
    const times = Array.from({length: Math.max(3, Math.round(rounds / 4))}, () =>
      Number(execFileSync(node, [search], {encoding: 'utf8'})),
    )
    const ms = middle(times)
    return {what, 'CPU ms': ms.toFixed(1), 'MB a CPU second': (text.length / 1000 / ms).toFixed(1)}
  })
  return [...rows, grep(place, texts[0].text)]
}

/** A script for a new process, so that loading and compiling are included as for a failing job. */
function scanner(file, patterns) {
  return `const {readFileSync} = require('node:fs')
const bytes = readFileSync(${JSON.stringify(file)})
const before = process.cpuUsage()
const {searchFailures} = require('./search.cjs')
const patterns = ${JSON.stringify(patterns ?? null)}
const search = searchFailures(patterns === null ? undefined : {patterns, compile: require('./patterns.cjs').compilePatterns})
for (let at = 0; at < bytes.length; at += 65536) search.push(bytes.subarray(at, at + 65536))
search.end()
const {user, system} = process.cpuUsage(before)
process.stdout.write(String((user + system) / 1000))
`
}

function grep(place, text) {
  const file = place.write('text', text)
  const [{cpuMs}] = measureOnce([place.command(['grep', '-E', own.join('|'), file])])
  const speed = (text.length / 1000 / cpuMs).toFixed(0)
  return {what: 'grep -E of the 20 alone', 'CPU ms': cpuMs.toFixed(1), 'MB a CPU second': speed}
}
