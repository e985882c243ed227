import {spawnSync} from 'node:child_process'
import {readdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {guard, measureOnce} from '../place.mjs'

export const title = 'a log that is truncated while its job writes at full speed (ext4 or XFS; elsewhere it grows)'

const limits = [
  {what: 'guard run, not rotated', maxSize: '1TB'},
  {what: 'guard run, rotated at 16 MiB', maxSize: '16MB'},
  {what: 'guard run | cat, rotated at 16 MiB', maxSize: '16MB', reader: '| cat'},
]

/** The job writes numbers, so that every missing byte is noticed, and 4 times as much as in the other suites. */
export function run({place, mib}) {
  const last = Math.round((mib * 4 * 1024 * 1024) / 9)
  return limits.map(({what, maxSize, reader = ''}) => {
    const settings = place.write('rotate.json', JSON.stringify({logs: {maxSize, keep: 1000}}))
    const line = `${guard.join(' ')} run --config ${settings} --job seq -- seq ${last} ${reader}`
    const [{cpuMs, wallMs, rssMiB}] = measureOnce([place.command(['sh', '-c', line])])
    const logs = place.path('.local/state/guard/logs')
    const files = readdirSync(logs).filter((name) => /^guardian_seq_output\.log(?:\.\d+)?$/.test(name))
    const order = (name) => -Number(name.split('.').at(2) ?? 0)
    const paths = files.sort((a, b) => order(a) - order(b)).map((name) => join(logs, name))
    const sizes = paths.map((path) => statSync(path).size)
    const row = {
      what,
      'lost bytes': lostBytes(last, paths, sizes),
      truncations: sizes.length - 1,
      'largest MiB': (Math.max(...sizes) / 1024 / 1024).toFixed(0),
      'log at the end MiB': (sizes.at(-1) / 1024 / 1024).toFixed(0),
      'wall ms': wallMs.toFixed(0),
      'CPU ms': cpuMs.toFixed(0),
      'RSS MiB': rssMiB.toFixed(0),
      goal: '0 lost',
    }
    rmSync(logs, {recursive: true})
    return row
  })
}

/** Compares the logs with the output. If the sizes agree but not the contents, all of it counts as lost. */
function lostBytes(last, paths, sizes) {
  const sum = (line) => spawnSync('sh', ['-c', `${line} | cksum`], {encoding: 'utf8'}).stdout.split(' ')
  const [written, bytes] = sum(`seq ${last}`)
  const [kept] = sum(`cat ${paths.join(' ')}`)
  const missing = Number(bytes) - sizes.reduce((total, size) => total + size, 0)
  return missing === 0 && kept !== written ? Number(bytes) : missing
}
