import {spawnSync} from 'node:child_process'
import {guard, node} from '../place.mjs'

export const title = 'lines written to standard output and standard error in turn; the number out of order'

const lines = 50_000

export function run({place}) {
  const writer = place.write(
    'writer.cjs',
    `const {writeSync} = require('node:fs')
for (let count = 0; count < ${lines}; count++) writeSync(1 + (count % 2), count + '\\n')
`,
  )
  const through = (what, argv) => {
    const line = `${argv.join(' ')} 2>&1`
    const {stdout} = spawnSync('sh', ['-c', line], {
      env: place.env(),
      cwd: place.dir,
      maxBuffer: 2 ** 26,
      encoding: 'utf8',
    })
    const seen = stdout.split('\n').filter(Boolean).map(Number)
    const wrong = seen.filter((value, index) => index > 0 && value < seen[index - 1]).length
    return {what, lines: seen.length, 'out of order': wrong, goal: '0'}
  }
  return [through('the job itself', [node, writer]), through('guard run 2>&1', [...guard, 'run', '--', node, writer])]
}
