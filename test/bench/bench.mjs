// npm run bench [-- SUITE…] [--rounds N] [--mib N] [--jobs N] [--lines N] [--node FILE] [--form node|standalone]: what
// each form of guard costs beside what it is compared with, measured in turn.
// It prints figures and goals, and never fails because of a figure, since machines and their load differ.
import {spawnSync} from 'node:child_process'
import {readdirSync, realpathSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {createPlace, form} from './place.mjs'
import {printTable} from './table.mjs'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    rounds: {type: 'string', default: '20'},
    mib: {type: 'string', default: '256'},
    jobs: {type: 'string', default: '10000'},
    lines: {type: 'string', default: '1000000'},
    node: {type: 'string', default: process.execPath},
    form: {type: 'string', default: process.env.GUARD_FORM ?? 'both'},
  },
})
// All of it under the other Node, what guard is compared with as well; and each form by itself.
const other = realpathSync(values.node)
const forms = values.form === 'both' ? ['node', 'standalone'] : [values.form]
if (other !== realpathSync(process.execPath) || process.env.GUARD_FORM !== values.form) {
  const {node: _, form: __, ...own} = values
  const options = Object.entries(own).flatMap(([name, value]) => [`--${name}`, value])
  for (const form of forms) {
    const env = {...process.env, GUARD_FORM: form}
    const args = [import.meta.filename, ...positionals, ...options]
    const {status, error} = spawnSync(other, args, {stdio: 'inherit', env})
    if (error) throw error
    if (status !== 0) process.exit(status ?? 70)
  }
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(70))
const folder = join(import.meta.dirname, 'suites')
const all = readdirSync(folder).map((file) => file.replace('.mjs', '').replace('-', ':'))
const unknown = positionals.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`unknown suite ${unknown.join(', ')}; the suites are ${all.join(', ')}\n`)
  process.exit(64)
}

process.stdout.write(
  `guard as ${form}, Node ${process.version}, ${process.platform} ${process.arch}, ${values.rounds} rounds\n`,
)
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
