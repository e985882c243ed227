import {defineCommand} from '../src/cli/command/definition.js'
import {followAlerts} from '../src/cli/follow-alerts.js'
import {alertToJson, countByLevel, renderAlerts} from '../src/cli/render/alert.js'
import {wireAlerts} from '../src/cli/wire/alerts.js'
import {readAlerts} from '../src/usecases/alert/read-alerts.js'

export default defineCommand({
  summary: 'The last alerts: messages that a person must see',
  examples: [
    'guard alerts',
    'guard alerts --level CRITICAL --since 1d',
    'guard alerts --job scan --json',
    'guard alerts --follow',
  ],
  flags: {
    limit: {type: 'integer', summary: 'so many alerts, the newest first', default: 100, min: 1, max: 100_000},
    level: {type: 'text', summary: 'alerts of this level or a worse one', choices: ['INFO', 'WARNING', 'CRITICAL']},
    since: {type: 'duration', summary: 'alerts that are not older'},
    component: {type: 'text', summary: 'the part of guard that raised it, such as watchdog'},
    job: {type: 'text', summary: 'alerts about this job'},
    follow: {type: 'boolean', summary: 'go on with each alert that is raised, until interrupted'},
  },
  async run({flags, print, show, openGuard, json}) {
    const guard = await openGuard()
    const {level, component, job} = flags
    const sinceMs = flags.since === undefined ? undefined : guard.clock.now() - flags.since
    const filter = {level, component, job, sinceMs}
    const deps = wireAlerts(guard)
    if (flags.follow) {
      await followAlerts(deps, filter, {json, show, file: `${guard.stateDir}/alerts.jsonl`})
      return undefined
    }
    const alerts = readAlerts(deps, filter, flags.limit)
    if (alerts.length === 0) print(`no alert is known in ${guard.stateDir}`)
    else show(renderAlerts, alerts)
    return {counts: countByLevel(alerts), alerts: alerts.map(alertToJson)}
  },
})
