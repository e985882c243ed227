import {changeCrontabs} from '../../src/cli/change-crontabs.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {crontabFile, fileFlag, jobLine, wireCrontabs, yesFlag} from '../../src/cli/wire/crontab.js'
import {planInstall} from '../../src/usecases/crontab/change-crontabs.js'
import {flagOfFile} from '../../src/usecases/crontab/discover-crontabs.js'

export default defineCommand({
  summary: 'Add the line that runs a job of the settings by its schedule',
  description: 'Shows the line, and asks; without a terminal it needs --yes. `guard crontab remove JOB` takes it away.',
  examples: ['guard crontab add nightly_audit', 'guard crontab add nightly_audit --yes'],
  args: {job: {required: true, summary: 'name of a job of the settings that has a schedule'}},
  flags: {file: fileFlag, yes: yesFlag},
  async run(call) {
    const {flags, args, openGuard} = call
    const guard = await openGuard()
    const deps = wireCrontabs(guard)
    const added = [jobLine(guard, args.job, flags)]
    const file = crontabFile(flags)
    const request = {file, all: false, line: undefined, pattern: undefined}
    const plan = planInstall(deps, {...request, added, wraps: false})
    return changeCrontabs(call, guard, deps, plan, {
      nothing: `nothing to do: a crontab runs ${args.job} already`,
      note: () => `guard crontab remove${flagOfFile(file)} ${args.job} takes it away.`,
    })
  },
})
