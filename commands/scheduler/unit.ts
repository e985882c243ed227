import {defineCommand} from '../../src/cli/command/definition.js'
import {schedulerUnit} from '../../src/cli/scheduler/scheduler-unit.js'

export default defineCommand({
  summary: 'Print a systemd service of the scheduler, or a file with it for process-compose',
  description:
    'It names this program, these settings, this state directory, and PATH and HOME as they are here. Jobs live on when ' +
    'the service is stopped or restarted.',
  examples: [
    'guard scheduler unit > /etc/systemd/system/guard-scheduler.service',
    'guard scheduler unit --process-compose > process-compose.guard.yaml',
  ],
  flags: {
    'process-compose': {type: 'boolean', summary: 'a file for process-compose, to be named beside the others: -f FILE'},
  },
  async run({flags, json, openGuard}) {
    const text = schedulerUnit(await openGuard(), flags['process-compose'] ? 'process-compose' : 'systemd')
    if (json) return {unit: text}
    const {writeOut} = await import('../../src/cli/output/stdout.js')
    writeOut(`${text}\n`)
    return undefined
  },
})
