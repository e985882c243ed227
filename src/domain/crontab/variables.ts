import {cronPath} from './cron-kind.js'
import {type CrontabLine, readable, unquoted} from './line.js'

/** Those that guard looks at. The others are not kept: a crontab may have tens of thousands. */
const names = ['PATH', 'SHELL', 'HOME', 'XDG_STATE_HOME', 'GUARD_STATE_DIR', 'GUARD_CONFIG'] as const
type CronVariable = (typeof names)[number]

/**
 * What a crontab sets for the lines below it, or a command before its program, as text; undefined for a value that nobody knows.
 * What is not named is as cron has it.
 */
export type CronVariables = {readonly [Name in CronVariable]?: string | undefined}

/** What a crontab sets above its first line, which is what cron itself sets. */
export const firstVariables: CronVariables = {PATH: cronPath}

/** The variables below a line. */
export function variablesBelow({view}: CrontabLine, above: CronVariables): CronVariables {
  return view.kind === 'variable' && isSeen(view.name) ? {...above, [view.name]: readable(unquoted(view.value))} : above
}

/** With variables that a command sets itself, to values that nobody knows. */
export function withUnknown(variables: CronVariables, assigned: readonly string[]): CronVariables {
  const seen = assigned.filter(isSeen)
  return seen.length === 0 ? variables : {...variables, ...Object.fromEntries(seen.map((name) => [name, undefined]))}
}

function isSeen(name: string): name is CronVariable {
  return (names as readonly string[]).includes(name)
}

/** The variables at the end of a crontab, for a line that is added. */
export function lastVariables(lines: readonly CrontabLine[]): CronVariables {
  return lines.reduce((above, line) => variablesBelow(line, above), firstVariables)
}

/** Where guard keeps its state and finds its settings: the places that the caller uses, and those of cron without any of its lines. */
export interface GuardPlaces {
  /** Undefined if the settings name it, or there is none. */
  readonly stateDir: string | undefined
  /** Undefined if there are no settings. */
  readonly config: string | undefined
  /** Home by the user database. */
  readonly home: string | undefined
}

/**
 * The places that a line must name so that guard works there as it does for the caller: HOME and XDG_STATE_HOME of a
 * crontab are meant for its jobs. What it says by guard's own variables is meant, and stays.
 */
export function placesToName(
  {stateDir, config, home: ownHome}: GuardPlaces,
  variables: CronVariables,
): Pick<GuardPlaces, 'stateDir' | 'config'> {
  const home = 'HOME' in variables ? variables['HOME'] : ownHome
  const base = 'XDG_STATE_HOME' in variables ? variables['XDG_STATE_HOME'] : ''
  const places = base?.startsWith('/')
    ? base
    : base !== undefined && home !== undefined
      ? `${home}/.local/state`
      : undefined
  const isStateThere = 'GUARD_STATE_DIR' in variables || (places !== undefined && stateDir === `${places}/guard`)
  const isConfigThere = 'GUARD_CONFIG' in variables || (config !== undefined && isFoundFrom(home, config))
  return {stateDir: isStateThere ? undefined : stateDir, config: isConfigThere ? undefined : config}
}

/** Whether a search that begins in the home directory, where cron starts, finds the file. */
function isFoundFrom(home: string | undefined, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'))
  if (folder === '/etc/guardian') return true
  return home !== undefined && (`${home}/`.startsWith(`${folder}/`) || folder === `${home}/.config/guardian`)
}
