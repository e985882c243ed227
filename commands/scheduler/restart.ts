import {defineCommand} from '../../src/cli/command/definition.js'
import {startSchedulerDaemon, stopSchedulerDaemon} from '../../src/cli/wire/scheduler.js'

export default defineCommand({
  summary: 'Stop the scheduler if it runs, and start it as a daemon',
  description:
    'Its jobs go on meanwhile, and slots in between are run as catchUp of each job says. Exits as start does.',
  examples: ['guard scheduler restart'],
  async run({print, openGuard}) {
    const guard = await openGuard()
    await stopSchedulerDaemon(guard, {jobs: false})
    const {pid} = await startSchedulerDaemon(guard)
    print(`the scheduler has started, pid ${pid}`)
    return {state: 'running', started: true, pid}
  },
})
