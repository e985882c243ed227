import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {checkedPolicy, wireBreaker} from '../../src/cli/wire/breaker.js'
import {settingsMask} from '../../src/cli/wire/settings-mask.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {openByHand} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'Open a breaker by hand; it lets a probe through after its time',
  examples: ['guard breaker open alpaca-api --for 10m --reason "vendor reports trouble"'],
  args: {target: {required: true, summary: 'name of what is not to be called'}},
  flags: {
    for: {type: 'duration', summary: 'until the probe', settingsDefault: '30s'},
    reason: {
      type: 'text',
      summary: 'why; shown to callers that are refused',
      default: 'opened by hand',
      helpValue: 'TEXT',
    },
  },
  async run({args, flags, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    const guard = await openGuard()
    const openForMs = flags.for ?? checkedPolicy(guard.settings, target).openForMs
    openByHand(wireBreaker(guard), target, {reason: settingsMask(guard)(flags.reason), openForMs})
    print(`${target} is open for ${formatDuration(openForMs)}`)
    return {target, state: 'open', openForMs}
  },
})
