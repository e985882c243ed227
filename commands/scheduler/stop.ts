import {defineCommand} from '../../src/cli/command/definition.js'
import {stoppedText, stoppedToJson} from '../../src/cli/render/scheduler.js'
import {stopSchedulerDaemon} from '../../src/cli/wire/scheduler/scheduler.js'

export default defineCommand({
  summary: 'Stop the scheduler: TERM, and KILL after 5 s',
  description:
    'The jobs that it has started go on, unless --jobs ends them too. To stop one that does not run changes nothing.',
  examples: ['guard scheduler stop', 'guard scheduler stop --jobs'],
  flags: {jobs: {type: 'boolean', summary: 'end the jobs that it has started, too'}},
  async run({flags, print, openGuard}) {
    const stopped = await stopSchedulerDaemon(await openGuard(), {jobs: flags.jobs === true})
    print(...stoppedText(stopped))
    return stoppedToJson(stopped)
  },
})
