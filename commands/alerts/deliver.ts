import {deliverByCommand} from '../../src/cli/alerts/deliver-alerts.js'
import {defineCommand} from '../../src/cli/command/definition.js'

export default defineCommand({
  summary: 'Send what is due; a run that ended badly and the watchdog do that by themselves',
  examples: ['guard alerts deliver'],
  flags: {
    job: {type: 'text', summary: 'first decide what to tell about this job, if no watchdog does'},
    stay: {type: 'boolean', summary: 'stay until nothing is pending or due within a day, or a watchdog takes over'},
  },
  async run({flags, openGuard, print}) {
    const guard = await openGuard()
    const {waiting, text} = await deliverByCommand(guard, {job: flags.job, stays: flags.stay === true})
    print(text)
    return {waiting}
  },
})
