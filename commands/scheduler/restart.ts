import {defineCommand} from '../../src/cli/command/definition.js'
import {restartSchedulerDaemon} from '../../src/cli/wire/scheduler/scheduler.js'

export default defineCommand({
  summary: 'Stop the scheduler if it runs, and start it as a daemon',
  description:
    'Its jobs go on meanwhile, and slots in between are run as catchUp of each job says. Exits as start does; ' +
    'with settings that cannot be used (78) one that runs goes on.',
  examples: ['guard scheduler restart'],
  async run({print, openGuard}) {
    const {pid} = await restartSchedulerDaemon(await openGuard())
    print(`the scheduler has started, pid ${pid}`)
    return {state: 'running', started: true, pid}
  },
})
