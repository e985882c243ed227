import {mkdirSync, symlinkSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {compare} from '../compare.mjs'
import {bare, goalOf, guard, hasProgram} from '../place.mjs'

export const title = 'guard run -- true, compared with bare Node that spawns true'

const goal = goalOf({node: 'CPU 1.70', standalone: 'CPU 0.80'})
const goalOfMany = goalOf({node: 'CPU 1.8', standalone: 'CPU 0.85'})

export async function run({place, rounds}) {
  mkdirSync(place.path('project'))
  place.write('project/.guardianrc.yaml', settingsOf(100))
  // Settings are cached only if their file is older than 2.5 s.
  await sleep(3000)
  symlinkSync(guard[0], place.path('guard'))
  const options =
    '--timeout 5m --kill-after 5s --silence 1h --overlap skip --wait 1m --retries 2 --ttl 2m --quiet --job x'
  const commands = [
    {name: 'bare Node', command: place.command([...bare, 'true'])},
    {name: 'guard run -- true', goal, command: place.command([...guard, 'run', '--', 'true'])},
    {
      name: '… with 100 jobs in YAML',
      goal: goalOfMany,
      command: place.command([...guard, 'run', '--', 'true'], {cwd: place.path('project')}),
    },
    {name: '… with 9 flags', goal, command: place.command([...guard, 'run', ...options.split(' '), '--', 'true'])},
    {name: '… by a link', command: place.command([place.path('guard'), 'run', '--', 'true'])},
  ]
  if (!hasProgram('chronic')) return [...compare(commands, {rounds}), {what: 'chronic(1) is not installed (moreutils)'}]
  return compare([...commands, {name: 'chronic true', command: place.command(['chronic', 'true'])}], {rounds})
}

function settingsOf(jobs) {
  const lines = Array.from({length: jobs}, (_, index) => [
    `  job-${index}:`,
    `    command: [/bin/true, "${index}"]`,
    '    timeout: 5m',
    `    schedule: "${index % 60} * * * *"`,
    '    failures: {socket: ["connection_error", "socket.*fail"]}',
  ])
  return `jobs:\n${lines.flat().join('\n')}\n`
}
