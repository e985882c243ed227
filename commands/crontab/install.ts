import {changeCrontabs} from '../../src/cli/change-crontabs.js'
import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {
  allFlag,
  crontabFile,
  fileFlag,
  placeFlags,
  requireRoot,
  watchdogLines,
  wireCrontabs,
  yesFlag,
} from '../../src/cli/wire/crontab.js'
import {GuardError} from '../../src/errors.js'
import {planInstall} from '../../src/usecases/crontab/change-crontabs.js'
import {flagOfFile} from '../../src/usecases/crontab/discover-crontabs.js'

export default defineCommand({
  summary: 'Put guard before the commands of a crontab',
  description:
    'Shows each line that would change, and asks; without a terminal it needs --yes. The former line stays above as a ' +
    'comment, and `guard crontab remove` puts it back. What is wrapped already, or cannot be, stays as it is.',
  usage: 'crontab install [--all | --file FILE] [--line N [--job NAME]] [--watchdog] [--yes] [PATTERN]',
  examples: [
    'guard crontab install',
    'guard crontab install --line 4 --job nightly_dump',
    "guard crontab install --yes 'rotate*'",
    'guard crontab install --watchdog --config /srv/jobs/.guardianrc.yaml',
  ],
  args: {pattern: {summary: 'only jobs with such a name; * stands for any characters'}},
  flags: {
    line: {type: 'integer', summary: 'only this line', min: 1},
    job: {type: 'text', summary: 'name of the job of --line', helpValue: 'NAME'},
    watchdog: {type: 'boolean', summary: 'also add the lines of the watchdog'},
    all: allFlag,
    file: fileFlag,
    yes: yesFlag,
  },
  async run(call) {
    const {flags, args, openGuard} = call
    const {line, job} = flags
    if (job !== undefined && line === undefined) throw new GuardError('usage', '--job needs --line', ['add --line N'])
    const named = job === undefined || line === undefined ? {} : {named: {line, job: checkedName(job)}}
    requireRoot(flags)
    const guard = await openGuard()
    const deps = wireCrontabs(guard)
    const added = flags.watchdog ? watchdogLines(guard, flags) : []
    const file = crontabFile(flags)
    const discover = `guard crontab discover${flagOfFile(file)}`
    const remove = `guard crontab remove${flags.all ? ' --all' : flagOfFile(file)}`
    const request = {file, all: flags.all === true, line, pattern: args.pattern, ...named}
    const plan = planInstall(deps, {...request, flags: placeFlags(guard, flags), added, wraps: true})
    return changeCrontabs(call, guard, deps, plan, {
      nothing:
        line === undefined && args.pattern === undefined
          ? `nothing to do: no line is left that guard could run; ${discover} says why`
          : `nothing to do: no such line is left that guard could run; ${discover} shows all`,
      note: (changes) =>
        changes.some(({lines}) => lines.some(({before}) => before !== undefined))
          ? `The former line stays above as a comment; ${remove} puts it back.`
          : `${remove} takes it away.`,
    })
  },
})
