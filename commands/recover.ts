import {defineCommand} from '../src/cli/command/definition.js'
import {recoveredToJson, renderRecovered} from '../src/cli/render/recover.js'
import {recoverIn, startReruns, tidyAfter, wireRecover} from '../src/cli/wire/recover.js'
import {planRecover, type Recovered} from '../src/usecases/recovery/recover.js'

/** Finishes what a crash left. */
export default defineCommand({
  summary: 'Finish what a crash left: runs that started and whose process is gone',
  description:
    'They become `interrupted`, with what proved it, and jobs with `onCrash: rerun` are run again, detached, within their ' +
    'recovery budget. Files of `crashedRuns` whose owner is gone become `failed`. Each round of the watchdog does the ' +
    'same. Exits with 1 if a job is not run again though it should be, or if a file is refused.',
  examples: ['guard recover', 'guard recover --dry-run', 'guard recover --json'],
  flags: {'dry-run': {type: 'boolean', summary: 'only say what would be done'}},
  async run({flags, show, openGuard}) {
    const guard = await openGuard()
    const recovered = flags['dry-run'] ? await planRecover(wireRecover(guard, 'for-one-round')) : await work(guard)
    show(renderRecovered, recovered, flags['dry-run'] === true)
    const {reruns, files} = recovered
    process.exitCode = reruns.every(({ok}) => ok) && files.every(({is}) => is !== 'refused') ? 0 : 1
    return recoveredToJson(recovered)
  },
})

async function work(guard: Parameters<typeof recoverIn>[0]): Promise<Recovered> {
  guard.ensureState()
  const recovered = await recoverIn(guard, 'for-one-round')
  startReruns(guard, recovered)
  await tidyAfter(guard, recovered)
  return recovered
}
