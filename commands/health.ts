import {defineCommand} from '../src/cli/command/definition.js'
import {healthExitCodes} from '../src/cli/output/exit-codes.js'
import {healthToJson, renderHealth} from '../src/cli/render/health.js'
import {holderSettings} from '../src/cli/watchdog/watching.js'
import {wireHealth} from '../src/cli/wire/diagnose/health.js'
import {checkHealth} from '../src/usecases/diagnose/check-health.js'

export default defineCommand({
  summary: 'One picture of disk, memory, load, journals, leases, runs, incidents, daemons',
  description:
    'Exits with 0 when all is healthy, 1 when something is degraded or being healed, 2 when something is unhealthy or a human was called.',
  examples: ['guard health', 'guard health --json'],
  async run({show, openGuard}) {
    const guard = await openGuard()
    const health = await checkHealth(wireHealth(guard), {
      watchdog: holderSettings(guard),
      resetDaemonLateAfterMs: guard.settings.resetDaemon.lateAfterMs,
    })
    show(renderHealth, health)
    process.exitCode = healthExitCodes[health.verdict]
    return healthToJson(health)
  },
})
