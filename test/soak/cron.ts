import {chmodSync, mkdirSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {cronObstacle, runByCron} from '../support/cron.js'
import {findFaults} from './check.js'
import {clock} from './check-incidents.js'
import {collectEvidence} from './collect.js'
import {cronKinds, cronSpans} from './cron-kinds.js'
import type {Kind} from './kind.js'
import {type Round, surveysOf} from './rounds.js'
import type {SoakOptions, SoakResult} from './run-soak.js'
import type {Launch} from './truth.js'
import {createWorkplace, takeSettings, type Workplace} from './workplace.js'

/**
 * The same with Debian's cron, in real minutes: five jobs and `guard watchdog`, all at the top of each minute, in a
 * crontab that nobody else sees.
 */
export async function cronSoak({minutes, repository, print}: Omit<SoakOptions, 'seed'>): Promise<SoakResult> {
  if (cronObstacle !== undefined) throw new Error(`cron cannot be used here: ${cronObstacle}`)
  const place = createWorkplace(repository)
  takeSettings(place, cronKinds, {
    defaults: {grace: `${cronSpans.graceMs}ms`},
    watchdog: {escalateAfter: `${cronSpans.escalateAfterMs}ms`, bootGrace: '0s'},
    channels: {sent: {type: 'file', path: 'sent.jsonl'}},
    alerting: {groupWait: '1s', groupInterval: '1m', routes: [{level: 'INFO', to: ['sent']}]},
  })
  writeLines(place, minutes)
  const started = cronKinds.filter(({periodTicks}) => periodTicks !== undefined)
  const lines = [...started.map(({name}) => name), 'watchdog'].map(
    (name) => `* * * * * ${place.path('line.sh')} ${name}`,
  )
  for (const line of lines) print(line)
  const rounds: Round[] = [roundHere(place, [])]
  await withCrontab(lines, () => sleep(minutes * 60_000))
  // A last line may just have been started.
  await sleep(5000)
  rounds.push(...readRounds(place), roundHere(place, []), roundHere(place, ['--json']))
  const launches = started.flatMap((kind) => readLaunches(place, kind))
  const evidence = collectEvidence(place, cronKinds, {
    happened: {launches, rounds},
    escalateAfterMs: cronSpans.escalateAfterMs,
  })
  const faults = findFaults(evidence)
  for (const round of rounds) print(roundText(round))
  print(`guard health: exit ${evidence.health.code}\n${evidence.health.text.trimEnd()}\n`)
  if (faults.length === 0) await place.remove()
  return {evidence, faults, dir: place.dir}
}

/** What a round printed; of a round with `--json`, which is long, each job's verdict. */
function roundText(round: Round): string {
  const [survey] = surveysOf([round])
  const verdicts = [...(survey?.jobs ?? [])].map(([job, {verdict, reason}]) => `${job}: ${verdict}, ${reason}`)
  const text = survey ? verdicts.join('\n') : round.stdout.trimEnd()
  return `${clock(round.startedAt)} guard watchdog${survey ? ' --json' : ''}: exit ${round.code}\n${text}`
}

async function withCrontab(lines: readonly string[], work: () => Promise<void>): Promise<void> {
  const cron = await runByCron(lines)
  const endEarly = () => {
    cron.end()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endEarly)
  try {
    await work()
  } finally {
    cron.end()
  }
}

/** What a line of the crontab calls: it starts guard with the next plan of the job, and notes when it did so. */
function writeLines(place: Workplace, minutes: number): void {
  for (const folder of ['plans', 'launched', 'exited', 'rounds']) mkdirSync(place.path(folder))
  for (const {name, plan} of cronKinds) {
    const plans = Array.from({length: minutes + 2}, (_, n) => plan(n)?.does ?? '-')
    place.write(`plans/${name}`, `${plans.join('\n')}\n`)
    place.write(`launched/${name}`, '')
  }
  const guard = place.guard.map((word) => `'${word}'`).join(' ')
  place.write(
    'line.sh',
    `#!/bin/sh
now() { date +%s%3N; }
cd '${place.dir}' || exit 1
export GUARD_CONFIG='${place.env['GUARD_CONFIG']}' SOAK_DIR='${place.dir}'
if [ "$1" = watchdog ]; then
  started=$(now)
  [ $(($(date +%-M) % 2)) = 0 ] || json=--json
  ${guard} watchdog $json > "rounds/$started" 2>> said/watchdog
  echo "$started $(now) $?" >> rounds.list
  exit
fi
n=$(wc -l < "launched/$1")
does=$(sed -n "$((n + 1))p" "plans/$1")
echo "$n $(now)" >> "launched/$1"
[ "$does" != - ] || exit
SOAK_N=$n SOAK_DOES=$does ${guard} run "$1" >> "said/$1" 2>&1
echo "$n $(now)" >> "exited/$1"
`,
  )
  chmodSync(place.path('line.sh'), 0o755)
}

function readRounds(place: Workplace): readonly Round[] {
  return linesOf(place, 'rounds.list').map(([startedAt = 0, exitedAt = 0, code = 0]) => {
    return {startedAt, exitedAt, code, stdout: place.read(`rounds/${startedAt}`)}
  })
}

function readLaunches(place: Workplace, {name, plan}: Kind): readonly Launch[] {
  const exited = new Map(linesOf(place, `exited/${name}`).map(([n, at]) => [n, at]))
  return linesOf(place, `launched/${name}`).flatMap(([n = 0, launchedAt = 0]) => {
    const own = plan(n)
    return own ? [{job: name, n, plan: own, launchedAt, exitedAt: exited.get(n)}] : []
  })
}

function linesOf(place: Workplace, file: string): readonly (readonly number[])[] {
  const lines = place.read(file).split('\n').filter(Boolean)
  return lines.map((line) => line.split(' ').map(Number))
}

function roundHere(place: Workplace, flags: readonly string[]): Round {
  const startedAt = Date.now()
  const {code, stdout} = place.run('watchdog', ...flags)
  return {startedAt, exitedAt: Date.now(), code, stdout}
}
