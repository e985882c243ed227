import {defineCommand} from '../src/cli/command/definition.js'
import {runMain} from '../src/cli/run/run-main.js'
import {runOptions} from '../src/cli/run/run-options.js'

export default defineCommand({
  summary: 'Run a job under guard: lease, time limits, log, records, its own exit code',
  description:
    'A script is found as a configured job, else as a file; everything after its name belongs to it. ' +
    'Any other command line goes after --. If the reader of the output goes away (| head), the job ends as it does ' +
    'without guard: PIPE, then TERM after --kill-after, exit code 141, no retry and no recovery. ' +
    'With --quiet it goes on.',
  usage: ['run [FLAGS] SCRIPT-OR-JOB [ARGS...]', 'run [FLAGS] -- COMMAND [ARGS...]'],
  examples: [
    'guard run pre_market_health_check.py',
    'guard run --job backup --timeout 30m -- rsync -a /srv/ /backup/',
    'guard run --job hello --plan -- echo hello',
  ],
  takesProgram: true,
  flags: runOptions,
  async run(call) {
    await runMain(call)
    return undefined
  },
})
