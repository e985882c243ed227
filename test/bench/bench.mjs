// npm run bench [-- SUITE…] [--rounds N] [--mib N] [--jobs N] [--lines N] [--node FILE]: what guard costs beside what it
// is compared with, measured in turn.
// It prints figures and goals, and never fails because of a figure, since machines and their load differ.
import {spawnSync} from 'node:child_process'
import {readdirSync, realpathSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {createPlace} from './place.mjs'
import {printTable} from './table.mjs'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    rounds: {type: 'string', default: '20'},
    mib: {type: 'string', default: '256'},
    jobs: {type: 'string', default: '10000'},
    lines: {type: 'string', default: '1000000'},
    node: {type: 'string', default: process.execPath},
  },
})
// All of it under the other Node: what guard is compared with as well.
const other = realpathSync(values.node)
if (other !== realpathSync(process.execPath)) {
  const {node: _, ...own} = values
  const args = [
    import.meta.filename,
    ...positionals,
    ...Object.entries(own).flatMap(([name, value]) => [`--${name}`, value]),
  ]
  const {status, error} = spawnSync(other, args, {stdio: 'inherit'})
  if (error) throw error
  process.exit(status ?? 70)
}
const folder = join(import.meta.dirname, 'suites')
const all = readdirSync(folder).map((file) => file.replace('.mjs', '').replace('-', ':'))
const unknown = positionals.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`unknown suite ${unknown.join(', ')}; the suites are ${all.join(', ')}\n`)
  process.exit(64)
}

process.stdout.write(`Node ${process.version}, ${process.platform} ${process.arch}, ${values.rounds} rounds\n`)
for (const name of positionals.length > 0 ? positionals : all) {
  const {title, run} = await import(join(folder, `${name.replace(':', '-')}.mjs`))
  const place = createPlace()
  try {
    const sizes = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
    printTable(`${name}: ${title}`, await run({...sizes, place}))
  } finally {
    place.remove()
  }
}
