import {readable} from '../../domain/crontab/line.js'
import type {SurveyedLine} from '../../domain/crontab/survey.js'
import type {Crontab} from '../../system/crontab/read-crontabs.js'
import type {Discovery} from '../../usecases/crontab/discover-crontabs.js'
import {withoutTabs} from './crontab-change.js'

export type LineView = Pick<
  SurveyedLine,
  'number' | 'state' | 'warnings' | 'problem' | 'schedule' | 'user' | 'job' | 'command' | 'reason'
>

export interface CrontabView {
  readonly crontab: Omit<Crontab, 'bytes'>
  readonly lines: readonly LineView[]
}

/** The first line that `install` would change, and how many there are in the user's crontab and in all. */
export interface InstallableLines extends Pick<SurveyedLine, 'number' | 'hints'> {
  readonly title: string
  readonly before: string
  readonly after: string
  readonly own: number
  readonly all: number
}

export interface DiscoveryView extends Omit<Discovery, 'crontabs'> {
  readonly crontabs: readonly CrontabView[]
  readonly installable: InstallableLines | undefined
}

/** What is shown, and no more. Tabs are blanks, because they would be shown as control characters. */
export function discoveryView(discovery: Discovery): DiscoveryView {
  return {
    ...discovery,
    crontabs: discovery.crontabs.map(({crontab: {bytes: _, ...crontab}, lines}) => ({
      crontab,
      lines: lines.map(lineView),
    })),
    installable: installableLines(discovery),
  }
}

function lineView({text, ...line}: SurveyedLine): LineView {
  const {number, state, warnings, problem, schedule, user, job, command, reason} = line
  return {number, state, warnings, problem, schedule, user, job, command: withoutTabs(command ?? text), reason}
}

function installableLines({crontabs}: Discovery): InstallableLines | undefined {
  const all = crontabs.flatMap(({crontab, lines}) =>
    lines.filter(({wrapped}) => wrapped !== undefined).map((line) => ({crontab, line})),
  )
  const [first] = all
  if (!first) return undefined
  const {number, hints, text, wrapped = ''} = first.line
  return {
    number,
    hints,
    title: first.crontab.title,
    before: withoutTabs(text),
    after: withoutTabs(readable(wrapped)),
    own: all.filter(({crontab}) => crontab.path === undefined).length,
    all: all.length,
  }
}

export function discoveryToJson({cron, crontabs, unreadable, periodic, counts}: Discovery): object {
  return {
    cron: cron.kind,
    counts,
    crontabs: crontabs.map(({crontab, lines}) => ({
      file: crontab.path ?? null,
      title: crontab.title,
      ignored: crontab.ignored ?? null,
      lines: lines.map(lineToJson),
    })),
    unreadable,
    periodic,
  }
}

function lineToJson({
  number,
  state,
  text,
  schedule,
  user,
  command,
  job,
  reason,
  warnings,
  hints,
  wrapped,
}: SurveyedLine) {
  return {
    line: number,
    state,
    text,
    schedule: schedule ?? null,
    user: user ?? null,
    job: job ?? null,
    command: command ?? null,
    reason: reason ?? null,
    warnings,
    hints,
    becomes: wrapped === undefined ? null : readable(wrapped),
  }
}
