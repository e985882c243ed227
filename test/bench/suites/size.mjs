import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {root} from '../place.mjs'

export const title = 'the built files, and the modules of Node that they require'

export function run() {
  const dist = join(root, 'dist')
  const files = readdirSync(dist).filter((file) => file.endsWith('js'))
  const total = files.reduce((sum, file) => sum + statSync(join(dist, file)).size, 0)
  const rows = ['guard.cjs', 'guard-run.cjs', 'guard-main.cjs'].map((file) => {
    const required = [...readFileSync(join(dist, file), 'utf8').matchAll(/require\([`"'](node:[^`"']+)[`"']\)/g)]
    const builtins = [...new Set(required.map(([, name]) => name))]
    const few = builtins.length > 6 ? `${builtins.length} modules of Node` : builtins.join(' ')
    return {what: file, KB: (statSync(join(dist, file)).size / 1000).toFixed(1), requires: few}
  })
  const executable = statSync(join(dist, 'standalone/guard.bin')).size
  return [
    ...rows,
    {what: `all ${files.length} files`, KB: (total / 1000).toFixed(0)},
    {what: 'standalone/guard.bin', KB: (executable / 1000).toFixed(0)},
  ]
}
