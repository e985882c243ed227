import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {wireBreaker} from '../../src/cli/wire/breaker.js'
import {settingsMask} from '../../src/cli/wire/settings-mask.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {isolateByHand} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'Hold a breaker open, without probes, for a time or until it is closed',
  examples: [
    'guard breaker isolate alpaca-api --for 2h --reason "vendor maintenance"',
    'guard breaker isolate old-feed --reason "switched off"',
  ],
  args: {target: {required: true, summary: 'name of what is not to be called'}},
  flags: {
    for: {type: 'duration', summary: 'how long (default: until it is closed)'},
    reason: {type: 'text', summary: 'why; shown to callers that are refused', required: true, helpValue: 'TEXT'},
  },
  async run({args, flags, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    const forMs = flags.for
    const guard = await openGuard()
    const reason = settingsMask(guard)(flags.reason)
    isolateByHand(wireBreaker(guard), target, {reason, ...(forMs !== undefined && {forMs})})
    print(`${target} is isolated ${forMs === undefined ? 'until it is closed' : `for ${formatDuration(forMs)}`}`)
    return {target, state: 'isolated', ...(forMs !== undefined && {forMs})}
  },
})
