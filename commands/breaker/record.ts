import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {callingProcess, checkedPolicy, wireBreaker} from '../../src/cli/wire/breaker.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {probeOf, recordCall} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'Record how a call to the target ended',
  examples: ['guard breaker record alpaca-api --success', 'guard breaker record alpaca-api --failure'],
  args: {target: {required: true, summary: 'name of what was called'}},
  flags: {
    success: {type: 'boolean', summary: 'the call succeeded', exactlyOne: ['success', 'failure']},
    failure: {type: 'boolean', summary: 'the call failed'},
    pid: {type: 'integer', summary: 'process that made the call', helpValue: 'PID', min: 1},
  },
  async run({args, flags, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    const guard = await openGuard()
    const deps = wireBreaker(guard)
    const probe = probeOf(deps, target, callingProcess(flags.pid))
    const to = {target, policy: checkedPolicy(guard.settings, target)}
    const credit = guard.settings.defaults.retry.budget.ratio
    const change = recordCall(deps, to, {ok: flags.success === true, probe, credit})
    const effect =
      change.change === 'opened' ? `opened for ${formatDuration(change.openForMs)}: ${change.reason}` : change.change
    print(change.change === 'none' ? 'recorded' : `recorded; ${target} ${effect}`)
    return {target, ...change}
  },
})
