import {clock} from './check-incidents.js'
import {type Evidence, jobOf, troublesOf} from './evidence.js'
import {endedRuns, type Kind, type Trouble} from './kind.js'
import type {Survey} from './rounds.js'

/** What the rounds, `guard health` and `guard history` said of one job and was not true. One line each. */
export function checkWords(kind: Kind, evidence: Evidence): readonly string[] {
  const troubles = troublesOf(kind, evidence)
  const faults = [
    ...verdictFaults(kind, troubles, evidence),
    ...lastingFaults(kind, evidence),
    ...historyFaults(kind, evidence),
    ...newsFaults(kind, troubles, evidence),
    ...healthFaults(kind, evidence),
  ]
  return faults.map((fault) => `${kind.name}: ${fault}`)
}

/** Each kind of false verdict once, with its first time: a round each second would say it hundreds of times. */
function verdictFaults(kind: Kind, troubles: readonly Trouble[], evidence: Evidence): readonly string[] {
  const firstGoodEnd = endedRuns(evidence.runsOf(kind.name)).find(({plan}) => plan.outcome === 'healthy')?.exitedAt
  const faults = new Map<string, string>()
  for (const survey of evidence.surveys) {
    const said = survey.jobs.get(kind.name)
    if (!said) {
      faults.set('none', `a round says nothing of it at ${clock(survey.startedAt)}`)
      continue
    }
    const phase = phaseOf(survey, troubles)
    const early = firstGoodEnd === undefined || survey.startedAt < firstGoodEnd ? ['unknown', 'healthy'] : []
    const allowed = {
      trouble: kind.verdicts.trouble,
      well: [...kind.verdicts.well, ...early],
      either: [...kind.verdicts.trouble, ...kind.verdicts.well, ...early],
    }[phase]
    const at = clock(survey.startedAt)
    if (!allowed.includes(said.verdict)) {
      const fault = `called ${said.verdict}, not ${[...new Set(allowed)].join(' or ')}, at ${at}: ${said.reason}`
      faults.set(`${phase} ${said.verdict}`, faults.get(`${phase} ${said.verdict}`) ?? fault)
    } else if (phase === 'trouble' && !kind.words.test(said.reason)) {
      faults.set('words', `its reason lacks ${kind.words} at ${at}: ${said.reason}`)
    }
  }
  return [...faults.values()]
}

/** "backup has failed every night since …": how often in a row, and for how long. */
function lastingFaults({name, isLasting}: Kind, {surveys}: Evidence): readonly string[] {
  const reason = surveys.at(-1)?.jobs.get(name)?.reason
  const isSaid = reason === undefined || /\b\d+ .*(in a row|times).* (for|since) /.test(reason)
  return isLasting && !isSaid ? [`its reason does not say how often and for how long: ${reason}`] : []
}

function phaseOf({startedAt, exitedAt}: Survey, troubles: readonly Trouble[]): 'trouble' | 'well' | 'either' {
  if (troubles.some(({certain, to}) => startedAt >= certain && exitedAt <= to)) return 'trouble'
  return troubles.some(({from, over}) => exitedAt >= from && startedAt <= over) ? 'either' : 'well'
}

function historyFaults(kind: Kind, {runsOf, historyOf}: Evidence): readonly string[] {
  if (kind.periodTicks === undefined) return []
  const runs = endedRuns(runsOf(kind.name))
  const {outcomes, skipped, text} = historyOf(kind.name)
  const wrong = runs
    .filter(({runId, plan}) => runId !== undefined && outcomes.get(runId) !== plan.outcome)
    .map(
      ({runId = '', n, plan}) => `run ${n} was ${plan.outcome}, the history says ${outcomes.get(runId) ?? 'nothing'}`,
    )
  const absent = runs.filter(({runId}) => runId === undefined).length
  const notStarted = [...outcomes.values()].filter((outcome) => outcome === 'not-started').length
  // On a busy machine the run before may still go on, and then the next one is skipped.
  if (absent < notStarted || absent > notStarted + skipped)
    wrong.push(`${absent} runs could not start, the history says ${notStarted}`)
  const last = runs.at(-1)
  if (last && !text.includes(last.plan.outcome)) wrong.push(`guard history does not print ${last.plan.outcome}`)
  return wrong.slice(0, 3)
}

/** A crontab's line prints only news, and of a job that is well there is none. */
function newsFaults({name}: Kind, troubles: readonly Trouble[], {rounds}: Evidence): readonly string[] {
  if (troubles.length > 0) return []
  const news = rounds.flatMap(({stdout}) => stdout.split('\n')).find((line) => line.startsWith(`${name} `))
  return news === undefined || news.startsWith('{') ? [] : [`printed without a terminal, though it is no news: ${news}`]
}

/** `guard health` names exactly the jobs whose incident is open in the journal. */
function healthFaults({name}: Kind, {health, incidents}: Evidence): readonly string[] {
  const isOpen = incidents.some(({job, resolvedAt}) => jobOf(job) === name && resolvedAt === undefined)
  const isSaid = health.openJobs.some((job) => jobOf(job) === name)
  if (isOpen === isSaid) return []
  return [isOpen ? 'guard health does not say its open incident' : 'guard health says an incident that is not open']
}
