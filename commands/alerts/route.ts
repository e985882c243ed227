import {defineCommand} from '../../src/cli/command/definition.js'
import {channelsFor} from '../../src/domain/delivery/route.js'

export default defineCommand({
  summary: 'Which channels an alert would go to',
  examples: ['guard alerts route --job scan --level CRITICAL'],
  flags: {
    job: {type: 'text', summary: 'name of the job', required: true},
    level: {type: 'text', summary: 'level of the alert', choices: ['INFO', 'WARNING', 'CRITICAL'], default: 'CRITICAL'},
  },
  async run({flags, print, openGuard}) {
    const {settings} = await openGuard()
    const {job, level} = flags
    const channels = channelsFor(settings.alerting.routes, {subject: job, level}) ?? []
    const ways = channels.map((name) => {
      const fallback = settings.channels[name]?.fallback
      return {channel: name, type: settings.channels[name]?.type, ...(fallback !== undefined && {fallback})}
    })
    if (ways.length === 0) print(`no route takes ${level} alerts of ${job}: nobody is told`)
    print(...ways.map(({channel, type, fallback}) => `${channel} (${type})${fallback ? `, else ${fallback}` : ''}`))
    return {job, level, channels: ways}
  },
})
