import {shellWord} from '../crontab/shell-word.js'
import {listNames} from '../health/list-names.js'
import {type CronLine, type CronLines, placeOf, placesOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'

/**
 * What the lines themselves show: those that cron refuses or never starts, and those that guard does not see.
 *
 * @param refused what was found about lines of which guard runs nothing
 */
export function judgeCrontabs(
  {lines, unreadable, ignored}: CronLines,
  refused: readonly Finding[] = [],
): readonly Finding[] {
  const unwrapped = lines.filter(({state}) => state === 'wrappable')
  const problems = [
    ...lines.filter(({state}) => state === 'wrong').map(wrongLine),
    ...refused,
    ...unreadable.map(({file, reason}) =>
      finding('crontab', 'look', `${file} cannot be read`, {
        proof: reason,
        mend: /no program crontab/.test(reason) ? 'sudo apt install cron' : 'guard crontab discover',
      }),
    ),
    ...ignored.map(({file, reason}) =>
      finding('crontab', 'look', `${file} is never read`, {proof: reason, mend: `ls -l ${shellWord(file)}`}),
    ),
    ...(unwrapped.length > 0 ? [notWrapped(unwrapped)] : []),
  ]
  const wrapped = lines.filter(({state}) => state === 'wrapped').length
  return problems.length > 0 ? problems : [finding('crontab', 'well', `crontab (${wrapped} under guard)`)]
}

function wrongLine(line: CronLine): Finding {
  const proof = `${line.text.trim()}: ${line.reason ?? ''}`
  return finding('crontab', 'wrong', `${placeOf(line)} is wrong`, {proof, mend: line.edit})
}

function notWrapped(lines: readonly CronLine[]): Finding {
  const what = lines.length === 1 ? '1 crontab line is' : `${lines.length} crontab lines are`
  const proof = listNames(lines.map(placeOf), '; ')
  return finding('crontab', 'look', `${what} not wrapped`, {proof, mend: 'guard crontab discover'})
}

/**
 * Whether a cron runs, where crontabs have lines for it.
 *
 * @param daemon for people; undefined if none runs
 */
export function judgeCron({kind, lines}: CronLines, daemon: string | undefined): Finding {
  // Its jobs are timers of systemd, so no process of its own runs.
  if (kind === 'systemd-cron') return finding('cron', 'well', kind)
  if (daemon !== undefined) return finding('cron', 'well', daemon)
  const waiting = lines.filter(({state}) => state !== 'wrong')
  if (waiting.length === 0) return finding('cron', 'well', 'cron (not running, not needed)')
  return finding('cron', 'wrong', 'cron is not running', {
    proof: `no process is called cron or crond, and nothing starts ${placesOf(waiting)}`,
    mend: `sudo service ${kind === 'debian' ? 'cron' : 'crond'} start`,
  })
}

/**
 * Whether the output of lines reaches a person: cron mails it, or drops it.
 *
 * @param sendmail the program by which cron mails; undefined if there is none
 */
export function judgeMail({lines}: CronLines, sendmail: string | undefined): Finding {
  const mailed = lines.filter(({state, variables}) => state !== 'wrong' && variables['MAILTO'] !== '')
  if (mailed.length === 0) return finding('mail', 'well', 'mail (not needed)')
  if (sendmail !== undefined) return finding('mail', 'well', 'mail (sendmail)', {proof: sendmail})
  return finding('mail', 'look', 'What crontab lines print is lost', {
    proof: `cron mails it by /usr/sbin/sendmail, which is not there (${placesOf(mailed)})`,
    mend: 'sudo apt install msmtp-mta',
    note: 'or write MAILTO="" above them, and let channels of guard tell',
  })
}

/** Variables that lead guard to another state or other settings, and where a line has its own. */
const guiding = {GUARD_STATE_DIR: /--state-dir\b|\bGUARD_STATE_DIR=/, GUARD_CONFIG: /--config\b|\bGUARD_CONFIG=/}

/** Whether guard looks at the same places here and under cron. */
export function judgeVariables(
  lines: readonly CronLine[],
  here: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  return Object.entries(guiding).flatMap(([name, written]) => {
    const value = here[name] ?? ''
    const other = lines.filter(
      ({state, text, variables}) => state === 'wrapped' && !written.test(text) && (variables[name] ?? '') !== value,
    )
    const [first] = other
    if (!first) return []
    const proof = `${first.variables[name] ?? 'not set'} in ${placesOf(other)}, ${value || 'not set'} here`
    const mend = value === '' ? {mend: `unset ${name}`} : {mend: first.edit, note: `put ${name}=${value} above`}
    return [finding('places', 'look', `${name} differs under cron`, {proof, ...mend})]
  })
}
