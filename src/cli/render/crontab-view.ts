import {readable} from '../../domain/crontab/line.js'
import type {SurveyedLine} from '../../domain/crontab/survey.js'
import type {Crontab} from '../../system/crontab/read-crontabs.js'
import type {Discovery, SurveyedCrontab} from '../../usecases/crontab/discover-crontabs.js'
import {withoutTabs} from './crontab-change.js'

export type CrontabView = Pick<SurveyedCrontab, 'lines'> & {readonly crontab: Omit<Crontab, 'bytes'>}
export type DiscoveryView = Omit<Discovery, 'crontabs'> & {readonly crontabs: readonly CrontabView[]}

/** What is shown, without the bytes. Tabs are blanks, because they would be shown as control characters. */
export function discoveryView(discovery: Discovery): DiscoveryView {
  return {
    ...discovery,
    crontabs: discovery.crontabs.map(({crontab: {bytes: _, ...crontab}, lines}) => ({
      crontab,
      lines: lines.map(lineView),
    })),
  }
}

function lineView(line: SurveyedLine): SurveyedLine {
  const {text, command, wrapped} = line
  return {
    ...line,
    text: withoutTabs(text),
    ...(command !== undefined && {command: withoutTabs(command)}),
    ...(wrapped !== undefined && {wrapped: withoutTabs(readable(wrapped))}),
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
