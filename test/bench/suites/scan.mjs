import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {rolldown} from 'rolldown'
import {middle} from '../compare.mjs'
import {measureOnce, node, root} from '../place.mjs'

export const title = 'the pattern search by itself: 20 patterns and the built-in ones, over memory'

const own = Array.from({length: 20}, (_, index) => `never-there-${index}.*fail`)
const log = `${'2026-01-01T00:00:00Z INFO worker 17 handled request in 12 ms '.padEnd(119, 'x')}\n`

const texts = [
  // As much as is searched of an output at most.
  {what: 'a log of 120 bytes a line', text: log.repeat(560_000)},
  {
    what: 'every line nearly matches',
    text: `${'never-there-1 never-there-12 connection refuse timed ou'.padEnd(119)}\n`.repeat(560_000),
  },
  {what: 'one line of 10 MB', text: `${'never-there-1 '.repeat(700_000)}\n`},
  {what: '2 KiB, with the preparation', text: log.repeat(17)},
]

export async function run({place, rounds}) {
  const built = await rolldown({
    input: join(root, 'src/domain/failure/failure-class.ts'),
    resolve: {extensionAlias: {'.js': ['.ts', '.js']}},
  })
  await built.write({file: place.path('search.cjs'), format: 'cjs'})
  const rows = texts.map(({what, text}, index) => {
    const file = place.write(`text-${index}`, text)
    const search = place.write(`scan-${index}.cjs`, scanner(file))
    const times = Array.from({length: Math.max(3, Math.round(rounds / 4))}, () =>
      Number(execFileSync(node, [search], {encoding: 'utf8'})),
    )
    const ms = middle(times)
    return {what, 'CPU ms': ms.toFixed(1), 'MB a CPU second': (text.length / 1000 / ms).toFixed(1)}
  })
  return [...rows, grep(place, texts[0].text)]
}

/** The first pass warms up what a large output warms up by itself. */
function scanner(file) {
  return `const {readFileSync} = require('node:fs')
const {searchFailures} = require('./search.cjs')
const bytes = readFileSync(${JSON.stringify(file)})
const before = process.cpuUsage()
const search = searchFailures({own: ${JSON.stringify(own)}})
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
