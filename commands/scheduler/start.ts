import {defineCommand} from '../../src/cli/command/definition.js'
import {startedToJson} from '../../src/cli/render/scheduler.js'
import {startSchedulerDaemon} from '../../src/cli/wire/scheduler/scheduler.js'

export default defineCommand({
  summary: 'Start the scheduler as a daemon, and wait until it is at work',
  description:
    'It has a session of its own, no input, and its output in scheduler.log in the log folder. If it ends before it is at ' +
    'work, or is not at work within 10 s, nothing is left running, what it has printed is shown, and the exit code is 70. ' +
    'To start one that runs changes nothing.',
  examples: ['guard scheduler start', 'guard scheduler start --json'],
  async run({print, openGuard}) {
    const started = await startSchedulerDaemon(await openGuard())
    print(`the scheduler ${started.is === 'started' ? 'has started' : 'runs already'}, pid ${started.pid}`)
    return startedToJson(started)
  },
})
