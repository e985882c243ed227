import {defineCommand} from '../../src/cli/command/definition.js'
import {pingPausesMs, tellMonitor} from '../../src/cli/wire/run/tell-monitor.js'

export default defineCommand({
  summary: 'Tell a monitor that a run has started or ended',
  description: 'The runs of a job with the key `ping` do that by themselves.',
  examples: ['guard alerts ping heartbeat --run 3kXw', 'guard alerts ping heartbeat --run 3kXw --exit-code 0'],
  args: {channel: {required: true, summary: 'name of a channel of type ping'}},
  flags: {
    run: {type: 'text', summary: 'id of the run, which pairs start and end', required: true},
    'exit-code': {type: 'integer', summary: 'exit code of the run that has ended (default: it has started)', max: 255},
  },
  async run({args, flags, print, openGuard}) {
    const guard = await openGuard()
    const code = flags['exit-code']
    const ping = {
      runId: flags.run,
      ...(code === undefined ? {event: 'start' as const} : {event: 'end' as const, exitCode: code}),
    }
    const outcome = await tellMonitor(guard, args.channel, ping, pingPausesMs)
    if (!outcome.ok) process.exitCode = 1
    print(outcome.ok ? `${args.channel} knows it` : `${args.channel} does not know it: ${outcome.reason}`)
    return {channel: args.channel, ...outcome}
  },
})
