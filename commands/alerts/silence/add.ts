import {defineCommand} from '../../../src/cli/command/definition.js'
import {patternText, silenceToJson} from '../../../src/cli/render/silence.js'
import {wireSilences} from '../../../src/cli/wire/alerts/alerts.js'
import {settingsMask} from '../../../src/cli/wire/settings-mask.js'
import {addSilence} from '../../../src/usecases/alert/manage-silences.js'

export default defineCommand({
  summary: 'Send nothing about a job, a failure class or a group, for a time and a reason',
  examples: [
    'guard alerts silence add --job "backup*" --for 2h --reason "the disk is being replaced"',
    'guard alerts silence add --class auth --until-healthy --reason "new token is ordered"',
  ],
  flags: {
    job: {type: 'text', summary: 'name of the job, with * for any characters'},
    class: {type: 'text', summary: 'failure class, with * for any characters'},
    group: {type: 'text', summary: 'group of a message, with * for any characters'},
    for: {type: 'duration', summary: 'how long, at most 30d'},
    'until-healthy': {
      type: 'boolean',
      summary: 'until what it silences is well after trouble, now or to come; at most 30d',
    },
    reason: {type: 'text', summary: 'why, for those who look later', required: true},
    owner: {type: 'text', summary: 'who answers for it (default: the user)'},
  },
  async run({flags, print, openGuard}) {
    const guard = await openGuard()
    guard.ensureState()
    const {job, class: failureClass, group, reason, owner} = flags
    const silence = addSilence(wireSilences(guard), {
      ...{job, class: failureClass, group, reason: settingsMask(guard)(reason)},
      owner:
        owner ?? process.env['SUDO_USER'] ?? process.env['LOGNAME'] ?? process.env['USER'] ?? `${process.geteuid?.()}`,
      forMs: flags.for,
      untilHealthy: flags['until-healthy'] === true,
    })
    const end = new Date(silence.untilMs).toISOString()
    const until = !silence.untilHealthy
      ? end
      : `${silence.hasMet ? 'it is well' : 'it is well after its next trouble'}, at most until ${end}`
    print(`silent until ${until}: ${patternText(silence)} (${silence.id})`)
    return silenceToJson(silence)
  },
})
