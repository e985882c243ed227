import {defineCommand} from '../../src/cli/command/definition.js'

export default defineCommand({
  summary: 'Start the jobs of the settings by their schedules, in the foreground',
  description:
    'For a machine without cron, for a container, or as a service. It ends with TERM or INT, and its jobs go on. HUP, or a ' +
    'change of the settings file, has it read the settings anew; settings that cannot be used are refused, and the ' +
    'former ones stay. One scheduler works on a state directory: a second one exits with 75.',
  examples: ['guard scheduler run', 'guard scheduler run --config /etc/guardian/config.yaml'],
  async run({openGuard}) {
    const guard = await openGuard()
    return (await import('../../src/cli/scheduler/run-scheduler.js')).runScheduler(guard)
  },
})
