import {defineCommand} from '../src/cli/command/definition.js'
import {healthToJson, renderHealth} from '../src/cli/render/health.js'
import {wireHealth} from '../src/cli/wire/health.js'
import type {HealthVerdict} from '../src/domain/health/check.js'
import {checkHealth} from '../src/usecases/diagnose/check-health.js'

const exitCodes: Readonly<Record<HealthVerdict, number>> = {healthy: 0, degraded: 1, unhealthy: 2}

export default defineCommand({
  summary: 'One picture of disk, memory, load, journals, leases, runs, incidents, daemons',
  description:
    'Exits with 0 when all is healthy, 1 when something is degraded or being healed, 2 when something is unhealthy or a human was called.',
  examples: ['guard health', 'guard health --json'],
  async run({show, openGuard}) {
    const guard = await openGuard()
    const {watchdog, resetDaemon} = guard.settings
    const health = await checkHealth(wireHealth(guard), {
      watchdogLateAfterMs: watchdog.lateAfterMs,
      resetDaemonLateAfterMs: resetDaemon.lateAfterMs,
    })
    show(renderHealth, health)
    process.exitCode = exitCodes[health.verdict]
    return healthToJson(health)
  },
})
