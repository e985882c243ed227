import type {Page} from 'playwright-core'
import {expect, test} from 'vitest'
import {eventually, useBrowser} from '../support/browser.js'
import {closedPort} from '../support/http-receiver.js'
import {endAfterTest} from '../support/sandbox.js'
import {boxWithRuns, goodKey, startServe} from '../support/serve.js'

/** The dashboard as the built program serves it, in Debian's chromium. */

const open = useBrowser()
const key = goodKey

const settings = `
jobs:
  backup: {command: [sh, -c, "echo saved"], schedule: "0 3 * * *"}
  feed:
    command: [sh, -c, "echo '<b>socket</b> closed'; exit 3"]
    failures: {socket: ["socket.*closed"]}
    schedule: "*/5 * * * *"
    breaker: {target: feed-api}
  slow: {command: [sh, -c, "echo first; until [ -e go ]; do sleep 0.1; done; echo second"]}
`

const row = (page: Page, job: string) => page.getByRole('row', {name: new RegExp(`\\b${job}\\b`)})

test('shows nothing without the key, then the jobs, under its own Content-Security-Policy', async () => {
  const served = await startServe(await boxWithRuns(settings))
  const {page, complaints, hosts} = await open(served.where)
  await page.getByRole('heading', {name: 'The key is needed'}).waitFor()
  expect(await page.getByRole('link', {name: 'feed'}).count()).toBe(0)
  await page.getByRole('button', {name: 'Enter the key', exact: true}).click()
  await page.getByLabel('Key', {exact: true}).fill('not the key of this server')
  await page.getByRole('button', {name: 'Unlock'}).click()
  await page.getByRole('alert').getByText('This is not the key.').waitFor()
  await page.getByLabel('Key', {exact: true}).fill(key)
  await page.getByRole('button', {name: 'Unlock'}).click()
  await page.getByRole('heading', {name: '1 of 3 jobs needs you'}).waitFor()
  expect(await row(page, 'feed').first().innerText()).toMatch(/Failing[\s\S]*socket/)
  expect(await row(page, 'backup').first().innerText()).toMatch(/Healthy[\s\S]*daily 03:00/)
  expect(complaints).toEqual([])
  expect([...hosts].filter((host) => host !== 'data')).toEqual([new URL(served.where).host])
})

test('tells why a job failed, from its records, and shows its output as text', async () => {
  const served = await startServe(await boxWithRuns(settings))
  const {page} = await open(`${served.where}#/job/feed`, {key})
  await page.getByRole('heading', {name: 'Why it failed'}).waitFor()
  await page.getByText(/The run ended failed with exit 3/).waitFor()
  expect(await page.getByText(/^runs\.jsonl · /).count()).toBeGreaterThan(0)
  await page.locator('pre').getByText('<b>socket</b> closed').waitFor()
  expect(await page.locator('.facts').innerText()).toContain('every 5 min')
})

test('a run in a terminal is seen in the page while it goes on and when it has ended', async () => {
  const box = await boxWithRuns(settings)
  const served = await startServe(box)
  const {page} = await open(served.where, {key})
  await page.getByText('Live', {exact: true}).waitFor()
  const running = box.start(['run', 'slow'])
  await row(page, 'slow').getByText('Running', {exact: true}).waitFor()
  await page.getByRole('link', {name: 'slow', exact: true}).click()
  await page.locator('pre').getByText('first').waitFor()
  box.write('go', '')
  expect((await running.ended).code).toBe(0)
  await row(page, 'slow').getByText('Healthy', {exact: true}).waitFor()
  await page.locator('pre').getByText('second').waitFor()
})

test('a silence that is added and ended in the page is one for guard', async () => {
  const box = await boxWithRuns(settings)
  const served = await startServe(box)
  const {page} = await open(`${served.where}#/job/feed`, {key})
  const silences = async () => {
    const {stdout} = await box.guard('alerts', 'silence', 'list', '--json')
    return (JSON.parse(stdout) as {silences: object[]}).silences
  }
  await page.getByRole('button', {name: 'Silence…'}).click()
  await page.getByRole('textbox', {name: 'Why'}).fill('the feed is moved')
  await page.getByRole('dialog').getByRole('button', {name: 'Silence'}).click()
  await page.getByText('Silenced feed.').waitFor()
  expect(await silences()).toMatchObject([{job: 'feed', reason: 'the feed is moved', untilHealthy: false}])
  await page.getByRole('button', {name: 'End silence…'}).click()
  await page.getByRole('dialog').getByRole('button', {name: 'End silence'}).click()
  await page.getByText('The silence of feed has ended.').waitFor()
  expect(await silences()).toEqual([])
})

test('a breaker that is reset in the page is closed for guard', async () => {
  const box = await boxWithRuns(settings)
  await box.guard('breaker', 'open', 'feed-api', '--for', '1h')
  const served = await startServe(box)
  const {page} = await open(`${served.where}#/job/feed`, {key})
  await page.getByText(/^feed-api: open/).waitFor()
  await page.getByRole('button', {name: 'Reset breaker'}).click()
  await page.getByRole('dialog').getByRole('button', {name: 'Reset breaker'}).click()
  await page.getByText('feed-api: closed').waitFor()
  expect((await box.guard('breaker', 'check', 'feed-api')).code).toBe(0)
})

test('a server that was killed is missed and found again, on a phone', async () => {
  const box = await boxWithRuns(settings)
  const port = ['--port', `${await closedPort()}`]
  const first = await startServe(box, port)
  const {page} = await open(first.where, {key, width: 390, theme: 'dark'})
  await page.getByText('Live', {exact: true}).waitFor()
  first.kill('SIGKILL')
  await first.ended
  await page.getByText(/No connection to guard since/).waitFor()
  await box.guard('run', '--timeout', '200ms', 'slow')
  await startServe(box, port)
  await page.getByRole('heading', {name: '2 of 3 jobs need you'}).waitFor()
  await expect.poll(() => page.locator('.banner').count(), eventually).toBe(0)
})

test('a server for reading only offers no change', async () => {
  const served = await startServe(await boxWithRuns(settings), ['--read-only', '--public-reads'])
  const {page} = await open(`${served.where}#/job/feed`)
  await page.getByRole('heading', {name: 'Why it failed'}).waitFor()
  expect(await page.getByRole('button', {name: /Run|Silence|Reset|Locked/}).count()).toBe(0)
})

test('run now starts the job, and says who holds one that runs already', async () => {
  const box = await boxWithRuns(settings)
  const served = await startServe(box)
  const {page} = await open(served.where, {key})
  const runSlow = page.getByRole('button', {name: 'Run slow now', exact: true})
  await runSlow.click()
  await page.getByRole('dialog').getByRole('button', {name: 'Run now'}).click()
  await page.getByText(/^Started slow, run /).waitFor()
  await row(page, 'slow').getByText('Running', {exact: true}).waitFor()
  // The page knows that it runs; another caller may not.
  const refused = await served.post('/api/v1/jobs/slow/runs')
  expect(refused.status).toBe(409)
  box.write('go', '')
  await row(page, 'slow').getByText('Healthy', {exact: true}).waitFor()
  expect(box.journal('runs.jsonl').filter(({kind, job}) => kind === 'started' && job === 'slow')).toHaveLength(1)
})

test('the scheduler is started and stopped from the page', async () => {
  const box = await boxWithRuns(settings)
  const served = await startServe(box)
  const {page} = await open(served.where, {key})
  const stateOf = async () => {
    const {stdout} = await box.guard('scheduler', 'status', '--json')
    return JSON.parse(stdout) as {state: string; pid?: number}
  }
  await page.getByRole('button', {name: 'Start scheduler…'}).click()
  await page.getByRole('dialog').getByRole('button', {name: 'Start scheduler'}).click()
  await page.getByText('The scheduler was started.').waitFor()
  const {state, pid = 0} = await stateOf()
  endAfterTest(pid)
  expect(state).toBe('running')
  await page.getByRole('button', {name: 'Stop scheduler…'}).click()
  await page.getByRole('dialog').getByRole('button', {name: 'Stop scheduler'}).click()
  await page.getByText('The scheduler was stopped.').waitFor()
  expect((await stateOf()).state).toBe('stopped')
})
