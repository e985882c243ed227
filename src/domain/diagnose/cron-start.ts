import {shellWord} from '../crontab/shell-word.js'
import {listNames} from '../health/list-names.js'
import {type CronLine, pathOf, placeOf, placesOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'

/** One way in which crontabs start guard. */
export interface CronStart {
  readonly program: string
  readonly variables: Readonly<Record<string, string>>
  /** The lines that do it; none if no line starts guard yet. */
  readonly lines: readonly CronLine[]
  /** Whether other lines can be wrapped, which writes how guard is started. */
  readonly canInstall: boolean
}

/** Every way in which the lines start guard, once; where none is wrapped, the plain one. */
export function startsOf(lines: readonly CronLine[]): readonly CronStart[] {
  const wrapped = lines.filter(({state}) => state === 'wrapped')
  const canInstall = lines.some(({state}) => state === 'wrappable')
  if (wrapped.length === 0) return [{program: 'guard', variables: {}, lines: [], canInstall}]
  const starts = new Map<string, CronStart>()
  for (const line of wrapped) {
    const {start: program, variables} = line
    if (program === undefined) continue
    const key = `${variables['SHELL'] ?? ''} ${pathOf(line)} ${program}`
    const known = starts.get(key)?.lines ?? []
    starts.set(key, {program, variables, lines: [...known, line], canInstall})
  }
  return [...starts.values()]
}

/** What `guard --version` did when it was started so. */
export interface StartResult {
  readonly exitCode: number | undefined
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

/** The guard that looks. */
export interface ThisGuard {
  readonly version: string
  /** Absolute path of its launcher. */
  readonly program: string
  /** Absolute path of its Node. @returns undefined of the standalone executable, which needs none */
  readonly node: string | undefined
}

/** What is not known of ways of starting guard that were not tried. */
export function notTried(starts: readonly CronStart[]): readonly Finding[] {
  if (starts.length === 0) return []
  const lines = starts.flatMap((start) => start.lines.slice(0, 1))
  const what = `${starts.length} more ways of starting guard were not tried`
  return [finding('guard', 'look', what, {proof: listNames(lines.map(placeOf), '; '), mend: 'guard crontab discover'})]
}

export function judgeStart(start: CronStart, result: StartResult, here: ThisGuard): Finding {
  const {program, lines} = start
  const said = /^guardian\/(\S+) \S+ (.*)$/m.exec(result.stdout)
  if (result.exitCode === 0 && said) return judgeVersion(start, {version: said[1] ?? '', runtime: said[2] ?? ''}, here)
  if (/there is no Node in/.test(result.stderr) && here.node !== undefined)
    return notInPath(start, here, {name: 'node', place: here.node})
  const word = program.split(/[ \t]/).at(-1) ?? ''
  if (result.exitCode === 127 && !word.includes('/'))
    return notInPath(start, here, {name: 'guard', place: here.program})
  const end = result.timedOut ? 'it gave no answer' : lastLine(result) || `it ended with ${result.exitCode}`
  const [line] = lines
  return finding('guard', 'wrong', 'guard does not start under cron', {
    proof: `${program} --version: ${end}${placedIn(lines)}`,
    ...(line
      ? {mend: line.edit, note: `this guard is ${here.program}`}
      : {mend: `${shellWord(here.program)} --version`}),
  })
}

/** `install` leaves lines that are wrapped already as they are, so their PATH has to be corrected. */
function notInPath(
  {lines, variables, canInstall}: CronStart,
  here: ThisGuard,
  {name, place}: {readonly name: string; readonly place: string},
): Finding {
  const [line] = lines
  const told = (mend: string, note: string) =>
    finding('guard', 'wrong', `PATH in cron has no ${name}`, {
      proof: `cron's PATH is ${pathOf({variables})}, ${name} is ${place}${placedIn(lines)}`,
      mend,
      note,
    })
  if (!line && canInstall) return told('guard crontab install', 'writes absolute paths; shown as a diff first')
  if (!line) return told(`sudo ln -s ${shellWord(place)} /usr/bin/${name}`, 'or write whole paths in the crontab')
  const folders = [here.program, ...(here.node === undefined ? [] : [here.node])].map(folderOf)
  const path = [...new Set([...folders, ...pathOf(line).split(':')])].join(':')
  return told(line.edit, `put PATH=${path} above`)
}

function judgeVersion(
  start: CronStart,
  {version, runtime}: {readonly version: string; readonly runtime: string},
  here: ThisGuard,
): Finding {
  if (version !== here.version) {
    const proof = `${start.program} is ${version}, and this is ${here.version} (${here.program})${placedIn(start.lines)}`
    return finding('guard', 'look', 'cron starts another guard', {
      proof,
      mend: start.lines[0]?.edit ?? 'guard --version',
    })
  }
  const node = /^node-v(.*)$/.exec(runtime)?.[1]
  return finding('guard', 'well', `guard ${version}${node === undefined ? '' : ` and Node ${node}`} under cron`)
}

function placedIn(lines: readonly CronLine[]): string {
  return lines.length === 0 ? '' : ` (${placesOf(lines)})`
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(1, file.lastIndexOf('/')))
}

function lastLine({stderr, stdout}: StartResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? ''
}
