import type {SurveyedLine} from '../../domain/crontab/survey.js'
import {color} from './color.js'
import {diffLines, shortTitle} from './crontab-change.js'
import type {DiscoveryView} from './crontab-view.js'
import type {Page} from './page.js'

/** One line as it would become, and the commands that do it. */
export function renderNextSteps(page: Page, discovery: DiscoveryView): readonly string[] {
  const all = discovery.crontabs.flatMap(({crontab, lines}) =>
    lines.filter(isInstallable).map((line) => ({crontab, line})),
  )
  const [example] = all
  if (!example) return []
  const {crontab, line} = example
  const diff = diffLines(page, {before: line.text, after: line.wrapped, hints: line.hints})
  return [
    '',
    ...[`--- ${shortTitle(crontab.title)}, line ${line.number}`, ...diff].map((text) => `  ${text}`),
    '',
    ...commandsFor(discovery, all.filter((one) => one.crontab.path === undefined).length, all.length).flatMap(
      ([command, what]) =>
        command.length < commandColumns
          ? [`${command.padEnd(commandColumns)}${color.dim(what)}`]
          : [command, `${' '.repeat(commandColumns)}${color.dim(what)}`],
    ),
  ]
}

type Command = readonly [command: string, what: string]

function commandsFor({file, userName}: DiscoveryView, own: number, all: number): readonly Command[] {
  const asks = 'shows the changes, then asks'
  const undo = (flag: string): Command => [`guard crontab remove${flag}`, 'undoes it']
  if (file !== undefined) return [[`guard crontab install --file ${file}`, asks], undo(` --file ${file}`)]
  const lines = own === 1 ? 'the line' : `the ${own} lines`
  return [
    ...(own > 0 ? [['guard crontab install', `${lines} of ${userName}; ${asks}`] as const] : []),
    ...(all > own ? [['guard crontab install --all', 'also those of the system, as root'] as const] : []),
    undo(own > 0 ? '' : ' --all'),
  ]
}

const commandColumns = 28

function isInstallable({wrapped}: SurveyedLine): boolean {
  return wrapped !== undefined
}
