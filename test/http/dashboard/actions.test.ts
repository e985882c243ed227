import type {Page} from 'playwright-core'
import {expect, onTestFinished, test} from 'vitest'
import {eventually, unlocked, useBrowser} from '../../support/browser.js'
import {makeJob, sixteenJobs} from '../../support/dashboard-data.js'
import {standInKey, startDashboardStandIn} from '../../support/dashboard-server.js'
import {until} from '../../support/sandbox.js'

const open = useBrowser()

async function standIn(jobs = sixteenJobs(Date.now())) {
  const server = await startDashboardStandIn({jobs})
  onTestFinished(() => server.stop())
  return server
}

const troubled = '#/job/pre_market_health_check'
const dialog = (page: Page) => page.getByRole('dialog')

test('changes are locked until the key is entered, and a wrong key unlocks nothing', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`)
  const run = page.getByRole('button', {name: 'Run now', exact: true})
  await run.waitFor()
  expect(await run.isDisabled()).toBe(true)
  expect(await page.getByRole('button', {name: 'Run scan now'}).isDisabled()).toBe(true)
  await page.getByRole('button', {name: 'Enter the key', exact: true}).click()
  await page.getByLabel('Key', {exact: true}).fill('not the key of this server')
  await page.getByRole('button', {name: 'Unlock'}).click()
  await page.getByRole('alert').getByText('This is not the key.').waitFor()
  expect(await run.isDisabled()).toBe(true)
  await page.getByLabel('Key', {exact: true}).fill(standInKey)
  await page.getByRole('button', {name: 'Unlock'}).click()
  await dialog(page).waitFor({state: 'detached'})
  expect(await run.isEnabled()).toBe(true)
  expect(page.url()).not.toContain(standInKey)
})

test('where keys are not looked at for a while, the dialog says so, the page goes on, and its key is kept', async () => {
  const server = await standIn()
  server.set({isBlocked: true})
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  await page.getByText('Live', {exact: true}).waitFor()
  expect(await page.getByRole('button', {name: 'Run now', exact: true}).isDisabled()).toBe(true)
  expect(await page.evaluate("sessionStorage.getItem('guard.key')")).toBe(standInKey)
  await page.getByRole('button', {name: 'Enter the key', exact: true}).click()
  await page.getByLabel('Key', {exact: true}).fill(standInKey)
  await page.getByRole('button', {name: 'Unlock'}).click()
  await page.getByRole('alert').getByText('wait 43 s').waitFor()
})

test('the key lasts as long as the tab, and can be taken back', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  const run = page.getByRole('button', {name: 'Run now', exact: true})
  await page.getByRole('button', {name: 'Unlocked, lock again'}).click()
  await page.getByRole('button', {name: 'Locked, enter the key'}).waitFor()
  expect(await run.isDisabled()).toBe(true)
  expect(await page.evaluate("sessionStorage.getItem('guard.key')")).toBe(null)
})

test('a kept key that is right no longer is forgotten', async () => {
  const server = await standIn()
  const {page} = await open(server.url, {key: 'the key of yesterday'})
  await page.getByRole('button', {name: 'Locked, enter the key'}).waitFor()
  expect(await page.evaluate("sessionStorage.getItem('guard.key')")).toBe(null)
})

test('run now asks first, then starts the job once and says so', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  await page.getByRole('button', {name: 'Run now', exact: true}).click()
  await dialog(page).getByText('guard starts it on vps-02, once').waitFor()
  expect(server.changes).toEqual([])
  await dialog(page).getByRole('button', {name: 'Run now'}).click()
  await page.getByText('Started pre_market_health_check, run rNew7Qm9d3kX.').waitFor()
  expect(server.changes).toEqual([{method: 'POST', path: '/api/v1/jobs/pre_market_health_check/runs', body: {}}])
})

test('a question that is cancelled changes nothing and gives the focus back', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  for (const leave of [
    () => dialog(page).getByRole('button', {name: 'Cancel'}).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await page.getByRole('button', {name: 'Run now', exact: true}).click()
    await dialog(page).waitFor()
    await leave()
    await dialog(page).waitFor({state: 'detached'})
    await expect.poll(() => page.evaluate('document.activeElement.textContent'), eventually).toBe('Run now')
  }
  expect(server.changes).toEqual([])
})

test('the button of a row runs its job, and a job that runs has none', async () => {
  const server = await standIn()
  const {page} = await open(server.url, unlocked)
  await page.getByRole('button', {name: 'Run certbot now'}).click()
  await dialog(page).getByRole('button', {name: 'Run now'}).click()
  await until(() => server.changes.length === 1, 'the job was started')
  expect(server.changes[0]?.path).toBe('/api/v1/jobs/certbot/runs')
  expect(await page.getByRole('button', {name: 'Run scan now: it runs already'}).isDisabled()).toBe(true)
})

test('what the server refuses stands in the dialog, with its hints', async () => {
  const server = await standIn()
  const error = {kind: 'busy', message: 'the lease of certbot is held by cron (pid 4411)', hints: ['wait for it']}
  server.set({refusal: {status: 409, error}})
  const {page} = await open(server.url, unlocked)
  await page.getByRole('button', {name: 'Run certbot now'}).click()
  await dialog(page).getByRole('button', {name: 'Run now'}).click()
  const alert = dialog(page).getByRole('alert')
  await alert.getByText('held by cron (pid 4411)').waitFor()
  expect(await alert.innerText()).toContain('wait for it')
})

test('a silence says until when, and needs a reason', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  await page.getByRole('button', {name: 'Silence…'}).click()
  await dialog(page)
    .getByText(/Nobody is told about pre_market_health_check until .*\d\d:\d\d\./)
    .waitFor()
  await dialog(page).getByRole('button', {name: 'Silence'}).click()
  expect(server.changes).toEqual([])
  await page.getByLabel('For').selectOption('8 hours')
  await page.getByRole('textbox', {name: 'Why'}).fill('the feed is moved')
  await dialog(page).getByRole('button', {name: 'Silence'}).click()
  await page.getByText('Silenced pre_market_health_check.').waitFor()
  expect(server.changes.map(({body}) => body)).toEqual([
    {job: 'pre_market_health_check', reason: 'the feed is moved', for: '8h'},
  ])
})

test('a silence may last until the job is healthy', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  await page.getByRole('button', {name: 'Silence…'}).click()
  await page.getByLabel('For').selectOption('until it is healthy')
  await page.getByRole('textbox', {name: 'Why'}).fill('known')
  await dialog(page).getByRole('button', {name: 'Silence'}).click()
  await until(() => server.changes.length === 1, 'the silence was added')
  expect(server.changes[0]?.body).toEqual({job: 'pre_market_health_check', reason: 'known', untilHealthy: true})
})

test('a silence is ended by its id', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}#/job/tax_export`, unlocked)
  await page.getByRole('button', {name: 'End silence…'}).click()
  await dialog(page).getByRole('button', {name: 'End silence'}).click()
  await page.getByText('The silence of tax_export has ended.').waitFor()
  expect(server.changes[0]).toMatchObject({method: 'DELETE', path: '/api/v1/silences/Vb3xJ0a1Qm9d'})
})

test('the breaker of a job is reset by its target', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}${troubled}`, unlocked)
  await page.getByRole('button', {name: 'Reset breaker'}).click()
  await dialog(page).getByText('for every other job that uses alpaca-api').waitFor()
  await dialog(page).getByRole('button', {name: 'Reset breaker'}).click()
  await page.getByText('The breaker of alpaca-api is closed.').waitFor()
  expect(server.changes[0]).toMatchObject({method: 'POST', path: '/api/v1/breakers/alpaca-api/reset'})
})

test.each([
  ['Start', 'dead'],
  ['Start', 'stopped'],
  ['Stop', 'running'],
  ['Stop', 'late'],
] as const)('%s scheduler is there for one that is %s, and asks first', async (verb, state) => {
  const server = await standIn()
  server.set({scheduler: state})
  const {page} = await open(server.url, unlocked)
  await page.getByRole('button', {name: `${verb} scheduler…`}).click()
  await dialog(page)
    .getByRole('button', {name: `${verb} scheduler`})
    .click()
  await until(() => server.changes.length === 1, 'the change was asked for')
  expect(server.changes[0]?.path).toBe(`/api/v1/scheduler/${verb.toLowerCase()}`)
})

test('a server for reading only shows no buttons for changes', async () => {
  const server = await standIn()
  server.set({readOnly: true})
  const {page} = await open(`${server.url}${troubled}`)
  await page.getByRole('heading', {name: 'Why', exact: true}).waitFor()
  expect(await page.getByRole('button', {name: /Run|Silence|Reset|scheduler|Locked/}).count()).toBe(0)
})

test('on a phone the buttons stand at the lower edge', async () => {
  const server = await standIn([makeJob(Date.now(), {job: 'backup'})])
  const {page} = await open(server.url, {...unlocked, width: 390})
  await page.getByRole('link', {name: 'backup'}).click()
  const run = page.getByRole('button', {name: 'Run now', exact: true})
  const box = async () => (await run.boundingBox()) ?? {y: 0, height: 0}
  await expect.poll(async () => (await box()).y, eventually).toBeGreaterThan(844 - 120)
  expect((await box()).height).toBeGreaterThanOrEqual(44)
})
