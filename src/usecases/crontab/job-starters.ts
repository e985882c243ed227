import {type DiscoverDeps, discoverCrontabs} from './discover-crontabs.js'

interface StarterDeps extends DiscoverDeps {
  /** As `runningCron` of `system/process`. */
  readonly runningCron: () => string | undefined
}

/** What starts a job on this machine, or that nothing does: a sentence each. */
export function jobStarters(deps: StarterDeps, job: string): readonly string[] {
  const {crontabs, unreadable, counts, cron} = discoverCrontabs(deps, {file: undefined})
  const naming = crontabs.flatMap(({crontab, lines}) =>
    lines
      .filter((line) => line.job === job && line.state === 'wrapped')
      .map(({number, schedule}) => `Line ${number} of ${crontab.title} starts it (${schedule ?? 'no schedule'}).`),
  )
  const wrong = crontabs.flatMap(({crontab}) =>
    crontab.ignored === undefined ? [] : [`cron passes ${crontab.title}: ${crontab.ignored}.`],
  )
  const unread = unreadable.map(({title, reason}) => `${title} cannot be read: ${reason}.`)
  const idle = deps.runningCron() === undefined ? [`No process of ${cron.name} runs here.`] : []
  const none = `No crontab starts it: ${counts.lines} line${counts.lines === 1 ? '' : 's'} of cron read.`
  return [...(naming.length > 0 ? naming : [none]), ...idle, ...wrong, ...unread]
}
