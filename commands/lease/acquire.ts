import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {compactJournals} from '../../src/cli/lease/compact-journals.js'
import {isOfFleet, leaseArgs, scopeFlag} from '../../src/cli/lease/lease-command.js'
import {showWait} from '../../src/cli/output/progress.js'
import {holderName, runningProcess, stillRuns, wireLease} from '../../src/cli/wire/lease.js'
import {reportLease} from '../../src/domain/lease/report.js'
import {GuardError} from '../../src/errors.js'
import {acquireLease} from '../../src/usecases/lease/acquire-lease.js'

export default defineCommand({
  summary: 'Take the lease of a job and print its token; fail with 75 while it is held',
  examples: [
    'token=$(guard lease acquire nightly-backup --ttl 10m --pid $$) || exit',
    'guard lease acquire nightly-backup --ttl 10m --wait 30s --json',
  ],
  args: leaseArgs,
  flags: {
    ttl: {type: 'duration', summary: 'how long it lasts unless it is renewed', required: true},
    holder: {
      type: 'text',
      summary: 'name of the holder (default: this host and the number of --pid, or of the calling process)',
      helpValue: 'ID',
    },
    pid: {type: 'integer', summary: 'a process whose death frees the lease at once', helpValue: 'PID', min: 1},
    ...scopeFlag,
    wait: {type: 'duration', summary: 'how long to wait for a lease that is held', settingsDefault: '0s'},
  },
  async run({args, flags, print, openGuard}) {
    const job = checkedName(args.name)
    if (flags.ttl === 0) throw new GuardError('usage', 'a lease lasts longer than 0', ['name a time: --ttl 10m'])
    const process = flags.pid === undefined ? undefined : runningProcess(flags.pid)
    const guard = await openGuard()
    guard.ensureState()
    const holder = flags.holder ?? holderName(process)
    const isWanted = () => process === undefined || stillRuns(process)
    const request = {job, holder, ttlMs: flags.ttl, waitMs: flags.wait ?? 0, isWanted}
    const patiently = <T>(acquire: () => Promise<T>) =>
      flags.wait ? showWait(`waiting for the lease of ${job}`, acquire) : acquire()
    if (isOfFleet(guard, job, flags.scope)) {
      // Loaded late: few jobs are of a fleet.
      const {acquireInFleet} = await import('../../src/cli/lease/fleet-lease.js')
      const report = await patiently(() => acquireInFleet(guard, request, process))
      print(`${report.token}`)
      return report
    }
    const deps = wireLease(guard)
    const hints = ['wait for it: --wait 30s']
    const lease = await patiently(() => acquireLease(deps, {...request, process, hints}))
    print(`${lease.token}`)
    compactJournals(deps.leases)
    return reportLease(lease, {...deps.here, at: lease.seenAt, mono: guard.clock.mono()})
  },
})
