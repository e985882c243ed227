import type {Origin, SettingEntry} from '../../config/origin.js'
import type {SettingsWarning} from '../../config/warnings.js'
import {listNames} from '../../domain/health/list-names.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {widthOf} from './table.js'

/** One line for each value, for people and for grep. */
export function renderEntries(
  _page: Page,
  entries: readonly (Pick<SettingEntry, 'key' | 'origin'> & {readonly json: string})[],
  withOrigin: boolean,
): string {
  const lines = entries.map(({key, json}) => `${key}: ${json}`)
  if (!withOrigin) return lines.join('\n')
  const width = Math.min(70, Math.max(0, ...lines.map(widthOf)))
  const padded = lines.map((line) => line + ' '.repeat(Math.max(0, width - widthOf(line))))
  return entries.map(({origin}, index) => `${padded[index]}  ${color.dim(renderOrigin(origin))}`).join('\n')
}

function renderOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'default':
      return '# default'
    case 'file':
      return `# ${origin.file}: ${origin.key}`
    case 'env':
      return `# ${origin.name} in the environment`
    case 'flag':
      return `# ${origin.name}`
  }
}

/** What is nearly a problem first; a note that fits many keys is one line, which hides no other. */
export function warningLines(warnings: readonly SettingsWarning[]): readonly string[] {
  const certain = warnings.filter(({level}) => level === 'warning').map(({of, text}) => `warning: ${of} ${text}`)
  const notes = new Map<string, string[]>()
  for (const {level, of, text} of warnings) if (level === 'note') notes.set(text, [...(notes.get(text) ?? []), of])
  return [...certain, ...Array.from(notes, ([text, [first, ...others]]) => noteLine(`${first} ${text}`, others))]
}

function noteLine(text: string, others: readonly string[]): string {
  return `note: ${text}${others.length === 0 ? '' : ` (likewise ${listNames(others)})`}`
}
