import {color} from './color.js'
import {diffLines, shortTitle} from './crontab-change.js'
import type {DiscoveryView, InstallableLines} from './crontab-view.js'
import type {Page} from './page.js'

/** One line as it would become, and the commands that do it. */
export function renderNextSteps(page: Page, discovery: DiscoveryView): readonly string[] {
  const {installable} = discovery
  if (!installable) return []
  const diff = [
    `--- ${shortTitle(installable.title)}, line ${installable.number}`,
    ...diffLines({...page, width: page.width - 2}, installable),
  ]
  const commands = commandsFor(discovery, installable).flatMap(([command, what]) =>
    command.length < commandColumns
      ? [`${command.padEnd(commandColumns)}${color.dim(what)}`]
      : [command, `${' '.repeat(commandColumns)}${color.dim(what)}`],
  )
  return ['', ...diff.map((text) => `  ${text}`), '', ...commands]
}

const commandColumns = 28

type Command = readonly [command: string, what: string]

function commandsFor({file, userName}: DiscoveryView, {own, all}: InstallableLines): readonly Command[] {
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
