import {compare} from '../compare.mjs'
import {guard, hasProgram} from '../place.mjs'

export const title = 'a job that leaves a child that keeps its output open for 3 s'

export function run({place}) {
  const job = ['sh', '-c', 'sleep 3 & echo done']
  const commands = [
    {name: 'the job itself', command: place.command(job)},
    {name: 'guard run', goal: 'does not wait', command: place.command([...guard, 'run', '--', ...job])},
  ]
  if (hasProgram('chronic')) commands.push({name: 'chronic', command: place.command(['chronic', ...job])})
  return compare(commands, {rounds: 3})
}
