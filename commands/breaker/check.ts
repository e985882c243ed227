import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {callingProcess, checkedPolicy, wireBreaker} from '../../src/cli/wire/breaker.js'
import {GuardError} from '../../src/errors.js'
import {allowCall} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'May the target be called now? Exit 0 if so, 69 if its breaker is open',
  description: `The one caller that a half-open breaker lets through is its probe, until it records how the call ended or its process
ends. The process is the one that started guard, or the one that --pid names.`,
  examples: [
    'guard breaker check alpaca-api && curl -sf https://api.example.com/ && guard breaker record alpaca-api --success',
  ],
  args: {target: {required: true, summary: 'name of what is called'}},
  flags: {pid: {type: 'integer', summary: 'process that makes the call', helpValue: 'PID', min: 1}},
  async run({args, flags, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    const guard = await openGuard()
    const to = {target, policy: checkedPolicy(guard.settings, target)}
    const permit = allowCall(wireBreaker(guard), to, callingProcess(flags.pid))
    if (!permit.allowed) {
      const until = permit.retryAt === undefined ? undefined : new Date(permit.retryAt).toISOString()
      const hint = until ? `ask again at ${until}` : `close it: guard breaker close ${target}`
      throw new GuardError('breaker-open', permit.reason, [hint], {details: {target, ...(until && {retryAt: until})}})
    }
    print(permit.probe === undefined ? `${target} may be called` : `${target} may be called: this call is the probe`)
    return {target, allowed: true, ...(permit.probe !== undefined && {probe: permit.probe})}
  },
})
