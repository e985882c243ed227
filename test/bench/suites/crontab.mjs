import {compare} from '../compare.mjs'
import {goalOf, guard, node} from '../place.mjs'

export const title = 'what is found in a crontab of 2,000 lines, compared with cat and node -e 0'

const goal = goalOf({node: 'CPU 4.0', standalone: 'CPU 2.0'})

export function run({place, rounds}) {
  const lines = Array.from(
    {length: 2000},
    (_, n) => `${n % 60} ${n % 24} * * * /opt/jobs/job${n}.sh --flag ${n} >> /var/log/job${n}.log 2>&1\n`,
  )
  const file = place.write('crontab', lines.join(''))
  const discover = [...guard, 'crontab', 'discover', '--file', file]
  return compare(
    [
      {name: 'cat and node -e 0', command: place.command(['sh', '-c', `cat ${file}; ${node} -e 0`])},
      {name: 'crontab discover', goal, command: place.command(discover)},
      {name: 'crontab discover --json', goal, command: place.command([...discover, '--json'])},
    ],
    {rounds},
  )
}
