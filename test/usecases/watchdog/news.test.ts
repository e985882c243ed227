import {expect, test} from 'vitest'
import type {IncidentAction} from '../../../src/domain/incident/decide.js'
import {openclawName} from '../../../src/domain/watchdog/openclaw-reachability.js'
import type {Evaluation} from '../../../src/usecases/watchdog/evaluate-jobs.js'
import {newsOf} from '../../../src/usecases/watchdog/news.js'

const observed: IncidentAction = {do: 'observe', job: 'scan', verdict: 'hung', level: 'CRITICAL', reason: 'it hangs'}
const opened: IncidentAction = {...observed, do: 'open', run: undefined, flapping: false}
const told: IncidentAction = {...observed, do: 'escalate', number: 1}
const asked: IncidentAction = {do: 'request-reset', job: 'scan', attempt: 1, reason: 'it hangs'}
const resolved: IncidentAction = {do: 'resolve', job: 'scan', attempts: 0, reason: 'it is well'}

function round(actions: Readonly<Record<string, readonly IncidentAction[]>>, orphaned: readonly IncidentAction[] = []) {
  const reports = Object.entries(actions).map(([name, ofJob]) => ({job: {name}, actions: ofJob}))
  return {reports, orphaned, others: [{job: 'elsewhere'}]} as unknown as Evaluation
}

const namesIn = (news: Evaluation | undefined) => news?.reports.map(({job}) => job.name)

test.each([
  ['opened', opened],
  ['told', told],
  ['answered by a reset', asked],
  ['ended', resolved],
])('a job whose incident is %s is news, and those of which that is not so are left out', (_title, action) => {
  expect(namesIn(newsOf(round({quiet: [], seen: [observed], scan: [observed, action]})))).toEqual(['scan'])
})

test('a round in which jobs were only seen to be otherwise is no news', () => {
  expect(newsOf(round({scan: [observed], quiet: []}))).toBeUndefined()
})

test('OpenClaw is news also when it is only seen that it cannot be asked any more, or again', () => {
  expect(namesIn(newsOf(round({[openclawName]: [observed]})))).toEqual([openclawName])
  expect(newsOf(round({[openclawName]: []}))).toBeUndefined()
})

test('the end of an incident of a job that is watched no longer is news by itself', () => {
  expect(newsOf(round({scan: []}, [resolved]))).toMatchObject({reports: [], orphaned: [resolved]})
})

test('news leave out the open incidents of jobs that these settings do not watch', () => {
  expect(newsOf(round({scan: [opened]}))?.others).toEqual([])
})
