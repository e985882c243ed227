import {follow} from '../src/cli/alerts/follow-alerts.js'
import {defineCommand} from '../src/cli/command/definition.js'
import {jsonLine, writeOut} from '../src/cli/output/stdout.js'
import {alertToJson, countByLevel, renderAlertLine, renderAlerts} from '../src/cli/render/alert.js'
import {renderSuppressed, renderSuppressedLine} from '../src/cli/render/suppressed.js'
import {wireAlerts, wireOutbox} from '../src/cli/wire/alerts/alerts.js'
import {type KnownAlert, readAlerts} from '../src/usecases/alert/read-alerts.js'
import {readSuppressed, type Suppressed} from '../src/usecases/alert/read-suppressed.js'

export default defineCommand({
  summary: 'The last alerts: messages that a person must see',
  examples: [
    'guard alerts',
    'guard alerts --level CRITICAL --since 1d',
    'guard alerts --job scan --json',
    'guard alerts --suppressed',
    'guard alerts --follow',
  ],
  flags: {
    limit: {
      type: 'integer',
      summary: 'so many alerts, the newest first (default: 100, with --follow 10)',
      min: 1,
      max: 100_000,
    },
    level: {type: 'text', summary: 'alerts of this level or a worse one', choices: ['INFO', 'WARNING', 'CRITICAL']},
    since: {type: 'duration', summary: 'alerts that are not older'},
    component: {type: 'text', summary: 'the part of guard that raised it, such as watchdog'},
    job: {type: 'text', summary: 'alerts about this job'},
    suppressed: {type: 'boolean', summary: 'messages that were not sent, and why', exclusive: ['component']},
    follow: {type: 'boolean', summary: 'go on with each alert that is raised, until interrupted'},
  },
  async run({flags, print, show, openGuard, json}) {
    const guard = await openGuard()
    const {level, component, job} = flags
    const limit = flags.limit ?? (flags.follow ? 10 : 100)
    const sinceMs = flags.since === undefined ? undefined : guard.clock.now() - flags.since
    const filter = {level, component, job, sinceMs}
    const readLast = (most: number) => readAlerts(wireAlerts(guard), filter, most)
    const readUnsent = (most: number) => readSuppressed(wireOutbox(guard), filter, most)
    if (flags.follow && flags.suppressed) {
      const printOne = (one: Suppressed) => (json ? writeOut(jsonLine(one)) : show(renderSuppressedLine, one))
      await follow({read: readUnsent, print: printOne, limit, file: `${guard.stateDir}/deliveries.jsonl`})
    } else if (flags.follow) {
      const printOne = (one: KnownAlert) => (json ? writeOut(jsonLine(alertToJson(one))) : show(renderAlertLine, one))
      await follow({read: readLast, print: printOne, limit, file: `${guard.stateDir}/alerts.jsonl`})
    }
    if (flags.follow) return undefined
    if (flags.suppressed) {
      const suppressed = readUnsent(limit)
      const isFiltered = [level, job, sinceMs].some((one) => one !== undefined)
      if (suppressed.length === 0) print(`no ${isFiltered ? 'such message' : 'message'} was suppressed`)
      else show(renderSuppressed, suppressed)
      return {counts: countByLevel(suppressed), suppressed}
    }
    const alerts = readLast(limit)
    const isFiltered = [level, component, job, sinceMs].some((one) => one !== undefined)
    if (alerts.length === 0) print(`no ${isFiltered ? 'such alert' : 'alert'} is known in ${guard.stateDir}`)
    else show(renderAlerts, alerts)
    return {counts: countByLevel(alerts), alerts: alerts.map(alertToJson)}
  },
})
