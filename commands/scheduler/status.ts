import {defineCommand} from '../../src/cli/command/definition.js'
import {showScheduler} from '../../src/cli/scheduler/show-scheduler.js'

export default defineCommand({
  summary: 'Whether the scheduler runs, what it does, and what comes next',
  description:
    'Exits with 0 if it runs, with 3 if it was stopped or never started, with 1 if it is dead though nobody has stopped ' +
    'it, and with 4 if that cannot be told from here.',
  examples: ['guard scheduler status', 'guard scheduler status --json'],
  async run({show, openGuard}) {
    return showScheduler(await openGuard(), show)
  },
})
