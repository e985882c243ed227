import type {SurveyedLine} from '../../domain/crontab/survey.js'
import type {Crontab} from '../../system/crontab/read-crontabs.js'
import {type DiscoverDeps, discoverCrontabs, flagOfFile} from './discover-crontabs.js'

interface StarterDeps extends DiscoverDeps {
  /** As `runningCron` of `system/process`. */
  readonly runningCron: () => string | undefined
}

/** What starts a job on this machine. */
export interface JobStarters {
  /** A sentence each; that nothing does is one too. */
  readonly sentences: readonly string[]
  /** The command by which cron would start it under guard; undefined where a crontab does that already. */
  readonly mend: string | undefined
}

export function jobStarters(deps: StarterDeps, job: string): JobStarters {
  const {crontabs, unreadable, counts, cron} = discoverCrontabs(deps, {file: undefined})
  const lines = crontabs.flatMap(({crontab, lines: all}) =>
    all.filter((line) => line.job === job).map((line) => ({line, crontab})),
  )
  const wrong = crontabs.flatMap(({crontab}) =>
    crontab.ignored === undefined ? [] : [`cron passes ${crontab.title}: ${crontab.ignored}.`],
  )
  const unread = unreadable.map(({title, reason}) => `${title} cannot be read: ${reason}.`)
  const idle = deps.runningCron() === undefined ? [`No process of ${cron.name} runs here.`] : []
  const none = `No crontab starts it: ${counts.lines} line${counts.lines === 1 ? '' : 's'} of cron read.`
  const naming = lines.map(({line, crontab}) => starterText(line, crontab.title))
  return {sentences: [...(naming.length > 0 ? naming : [none]), ...idle, ...wrong, ...unread], mend: mendOf(job, lines)}
}

function starterText({number, state, schedule = 'no schedule', reason}: SurveyedLine, title: string): string {
  const line = `Line ${number} of ${title}`
  if (state === 'wrapped') return `${line} starts it (${schedule}).`
  if (state === 'wrong') return `${line} never starts it (${schedule}): ${reason}.`
  return `${line} runs it without guard (${schedule}), so no run is on record.`
}

interface LineOfJob {
  readonly line: SurveyedLine
  readonly crontab: Crontab
}

/** A line that is added beside one that runs the job already would run it twice. */
function mendOf(job: string, lines: readonly LineOfJob[]): string | undefined {
  if (lines.length === 0) return `guard crontab add ${job}`
  const unwrapped = lines.find(({line}) => line.state === 'wrappable')
  const isWrapped = lines.some(({line}) => line.state === 'wrapped')
  return unwrapped && !isWrapped ? installCommand(unwrapped.crontab, job) : undefined
}

/** The command that puts guard before the lines of a job in one crontab. */
export function installCommand({path}: Pick<Crontab, 'path'>, job: string): string {
  return `guard crontab install${flagOfFile(path)} ${job}`
}
