import {defineCommand} from '../src/cli/command/definition.js'
import {triggerByCommand} from '../src/cli/scheduler/trigger-command.js'

export default defineCommand({
  summary: 'Start a job of the settings now, detached',
  description:
    'Prints the id of the run once the run has its lease, and returns; the job goes on. Exits with 75 if the job already ' +
    'runs, with 69 if its breaker is open, with 74 if the store of its fleet is of no use, with 78 if its settings are ' +
    'wrong. A job with `overlap: wait` that waits for its other run for more than 10 s is left waiting. With --wait it ' +
    'prints the output of the job and ends with its exit code.',
  examples: ['guard trigger backup', 'guard trigger backup --wait', 'guard trigger backup --json'],
  args: {job: {required: true, summary: 'name of a job of the settings'}},
  flags: {wait: {type: 'boolean', summary: 'print the output of the job, and end with its exit code'}},
  async run({args, flags, print, openGuard, json}) {
    return triggerByCommand(await openGuard(), {job: args.job, waits: flags.wait === true, json, print})
  },
})
