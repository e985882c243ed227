import {changeCrontabs} from '../../src/cli/change-crontabs.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {allFlag, crontabFile, fileFlag, requireRoot, wireCrontabs, yesFlag} from '../../src/cli/wire/crontab.js'
import {planRemove} from '../../src/usecases/crontab/change-crontabs.js'

export default defineCommand({
  summary: 'Take guard out of a crontab again, byte for byte',
  description:
    'Puts the former lines back, and takes away those that `guard crontab install` and `guard crontab add` have added. ' +
    'A line whose schedule was changed since, or that is commented out, stays: the exit code is then 1.',
  usage: 'crontab remove [--all | --file FILE] [--yes] [PATTERN]',
  examples: ['guard crontab remove', "guard crontab remove --yes 'rotate*'"],
  args: {pattern: {summary: 'only jobs with such a name; * stands for any characters'}},
  flags: {all: allFlag, file: fileFlag, yes: yesFlag},
  async run(call) {
    const {flags, args, openGuard} = call
    requireRoot(flags)
    const guard = await openGuard()
    const deps = wireCrontabs(guard)
    const plan = planRemove(deps, {file: crontabFile(flags), all: flags.all === true, pattern: args.pattern})
    if (plan.left.length > 0 || plan.changes.some(({kept}) => kept.length > 0)) process.exitCode = 1
    return changeCrontabs(call, guard, deps, plan, {
      nothing: 'nothing to do: no such line is there that guard has changed',
      note: (changes) => {
        const lines = changes.flatMap((change) => change.lines)
        const isRestored = lines.some(({after}) => after !== undefined)
        const isTakenAway = lines.some(({after}) => after === undefined)
        const restored = isRestored ? ['The commands then run without guard.'] : []
        return [...restored, ...(isTakenAway ? ['What guard has added is started no more.'] : [])].join(' ')
      },
    })
  },
})
