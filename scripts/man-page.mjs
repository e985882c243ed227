import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const root = dirname(import.meta.dirname)

/** The day of what is built, such as 2026-11-27. */
export function commitDate() {
  return execFileSync('git', ['log', '-1', '--format=%cs'], {cwd: root, encoding: 'utf8'}).trim()
}

/** guard(1) in roff, of the program in dist/. */
export function manPageOfBuild(version) {
  const {oclif} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const {commands} = JSON.parse(readFileSync(join(root, 'dist/manifest.json'), 'utf8'))
  const topics = Object.entries(oclif.topics).map(([name, {description}]) => ({name, description}))
  return manPage({version, date: commitDate(), commands: Object.values(commands), topics})
}

/** From the same definitions as `--help`. */
function manPage({version, date, commands, topics}) {
  const parts = commands.map(({id, summary, description, usage, args, flags, examples}) => [
    `.SS ${roff(`guard ${id.replaceAll(':', ' ')}`)}`,
    ...usageOf(id, usage, args).map((line) => `.B ${roff(line)}\n.br`),
    '.PP',
    roff(description && description !== summary ? `${summary}.\n.PP\n${description}` : `${summary}.`),
    ...Object.values(flags)
      .filter(({helpGroup}) => helpGroup !== 'GLOBAL')
      .map(flagEntry),
    ...(examples?.length ? ['.PP', 'Examples:', '.PP', '.EX', ...examples.map(roff), '.EE'] : []),
  ])
  const globals = Object.values(commands[0].flags).filter(({helpGroup}) => helpGroup === 'GLOBAL')
  return `${[
    `.TH GUARD 1 "${date}" "guardian ${version}" "User Commands"`,
    '.SH NAME',
    'guard \\- run jobs so that a machine heals itself and tells the truth',
    '.SH SYNOPSIS',
    '.B guard',
    '.I COMMAND',
    '[\\fIFLAGS\\fR] [\\fIARGUMENTS\\fR]',
    '.SH DESCRIPTION',
    'Wraps the jobs that a machine runs from cron: leases, time limits, logs, retries, recovery, a watchdog.',
    ...topics.map(({name, description}) => `.TP\n.B guard ${roff(name)}\n${roff(description)}.`),
    '.SH COMMANDS',
    ...parts.flat(),
    '.SH GLOBAL FLAGS',
    ...globals.map(flagEntry),
    '.SH FILES',
    '.TP\n.I /etc/guardian/, ~/.config/guardian/\nSettings of the machine and of the user; see guardianrc.example there.',
    '.TP\n.I ~/.local/state/guard/\nJournals and logs, unless the settings name another state directory.',
    '.SH EXIT STATUS',
    "guard run exits with the job's own code; 64 wrong usage, 69 breaker open, 70 fault of guard, 73 and 74 state or disk,",
    '75 the lease is held, 77 fenced, 78 wrong settings, 124 timed out, 126 and 127 could not be started.',
  ].join('\n')}\n`
}

function usageOf(id, usage, args) {
  const words = id.replaceAll(':', ' ')
  if (usage) return [usage].flat().map((line) => `guard ${line}`)
  const names = Object.values(args ?? {}).map(({name, required}) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  )
  return [['guard', words, ...names, '[FLAGS]'].join(' ')]
}

const longestChoices = 40

function flagEntry({name, type, helpValue, summary, default: preset, options}) {
  const choices = options?.join('|') ?? ''
  // A longer one could not be broken.
  const isShort = choices !== '' && choices.length <= longestChoices
  const value = type === 'option' ? `=${isShort ? choices : (helpValue ?? 'TEXT')}` : ''
  const listed = choices === '' || isShort ? '' : `: ${options.join(', ')}`
  const shown = preset === undefined ? '' : ` (default: ${preset})`
  return `.TP\n.B ${roff(`--${name}${value}`)}\n${roff(`${summary}${listed}${shown}.`)}`
}

/** A leading dot or quote is a request of roff, a hyphen is typeset unless it is escaped. */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')
    .split('\n')
    .map((line) => (/^[.']/.test(line) && !line.startsWith('.PP') ? `\\&${line}` : line))
    .join('\n')
}
