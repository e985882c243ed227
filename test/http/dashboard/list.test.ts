import {expect, onTestFinished, test} from 'vitest'
import type {JobJson} from '../../../src/http/dashboard/json.js'
import {eventually, shownNames, unlocked, useBrowser} from '../../support/browser.js'
import {makeJob, manyJobs, sixteenJobs} from '../../support/dashboard-data.js'
import {startDashboardStandIn} from '../../support/dashboard-server.js'

const open = useBrowser()

async function standIn(jobs: readonly JobJson[] = sixteenJobs(Date.now())) {
  const server = await startDashboardStandIn({jobs})
  onTestFinished(() => server.stop())
  return server
}

test('the headline says how many jobs need a person, and the title of the tab too', async () => {
  const {page} = await open((await standIn()).url)
  await page.getByRole('heading', {name: '3 of 16 jobs need you'}).waitFor()
  await expect.poll(() => page.title(), eventually).toBe('(3) guard, vps-02')
})

test('jobs in trouble stand first, with their state as a word and their reason', async () => {
  const {page} = await open((await standIn()).url)
  const rows = page.locator('.rows tr')
  await rows.first().waitFor()
  expect((await shownNames(page)).slice(0, 4)).toEqual([
    'pre_market_health_check',
    'openclaw.coingecko',
    'nightly_audit',
    'options_flow_scan',
  ])
  expect(await rows.first().innerText()).toMatch(
    /Failing[\s\S]*uw-socket, UW stream fail: socket closed; its recovery budget is spent[\s\S]*3 min ago[\s\S]*took 19 s/,
  )
  expect(await page.getByRole('row', {name: /backup_postgres/}).innerText()).toMatch(/Healthy[\s\S]*daily 03:00/)
})

test('a strip says its outcomes to those who hear it', async () => {
  const {page} = await open((await standIn()).url)
  const strip = page.getByRole('row', {name: /options_flow_scan/}).getByRole('img')
  expect(await strip.getAttribute('aria-label')).toBe('Last 30 runs: 24 healthy, 6 degraded; the newest degraded')
})

test('chips count the jobs of a state and show only them', async () => {
  const {page} = await open((await standIn()).url)
  await page.getByRole('button', {name: '2 failing'}).click()
  expect(await shownNames(page)).toEqual(['pre_market_health_check', 'openclaw.coingecko'])
  await page.getByRole('button', {name: '1 missed'}).click()
  expect(await shownNames(page)).toHaveLength(3)
  await page.getByRole('button', {name: '2 failing'}).click()
  expect(await shownNames(page)).toEqual(['nightly_audit'])
})

test('a job is found by its name and by its reason, and nothing found leads back to all', async () => {
  const {page} = await open((await standIn()).url)
  await page.getByLabel('Find a job').fill('socket')
  expect(await shownNames(page)).toEqual(['pre_market_health_check'])
  await page.getByLabel('Find a job').fill('no such job')
  await page.getByRole('button', {name: 'Show all jobs'}).click()
  expect(await shownNames(page)).toHaveLength(16)
})

test('a machine without jobs says what to do', async () => {
  const {page} = await open((await standIn([])).url)
  await page.getByText('No job is known yet.').waitFor()
})

test('of 1,000 jobs the rows are made as the reader scrolls, and each can be found', async () => {
  const {page} = await open((await standIn(manyJobs(Date.now(), 1000))).url)
  await page.getByRole('heading', {name: '13 of 1000 jobs need you'}).waitFor()
  const rows = page.locator('.rows tr')
  const atFirst = await rows.count()
  expect(atFirst).toBeLessThan(200)
  const scrolled = async () => {
    await page.keyboard.press('End')
    return rows.count()
  }
  await expect.poll(scrolled, eventually).toBeGreaterThan(2 * atFirst)
  await page.getByLabel('Find a job').fill('0983')
  expect(await shownNames(page)).toHaveLength(1)
})

test('five incidents are shown, the critical ones first, and all on request', async () => {
  const {page} = await open((await standIn(manyJobs(Date.now(), 1000))).url)
  const shown = page.locator('.incident')
  await page.getByText('13 open').waitFor()
  expect(await shown.count()).toBe(5)
  expect(await shown.first().innerText()).toMatch(/pre_market_health_check\s+CRITICAL/)
  await page.getByRole('button', {name: 'Show all 13'}).click()
  expect(await shown.count()).toBe(13)
})

test('a job that is due often stands once in the next hour, with how often', async () => {
  const {page} = await open((await standIn()).url)
  const minutely = page.locator('.upcoming li', {hasText: 'alpaca_positions'})
  await minutely.waitFor()
  expect(await minutely.count()).toBe(1)
  expect(await minutely.innerText()).toContain('alpaca_positions ×60')
})

test('what jobs are called and print is never markup', async () => {
  const evil = '<img src=x onerror=alert(1)>'
  const job = {...makeJob(Date.now(), {job: evil, state: 'failing', verdict: 'failing', reason: evil})}
  const server = await startDashboardStandIn({jobs: [job], outputLines: [`${evil}</pre><script>alert(1)</script>`]})
  onTestFinished(() => server.stop())
  const {page, complaints} = await open(server.url, unlocked)
  const dialogs: string[] = []
  page.on('dialog', (dialog) => dialogs.push(dialog.message()))
  await page.getByRole('link', {name: evil}).first().click()
  await page.locator('pre').getByText('</pre><script>').waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.locator('#chosen').textContent()).toBe(evil)
  expect([...dialogs, ...complaints]).toEqual([])
})

test('the page asks no other host', async () => {
  const server = await standIn()
  const {page, hosts, complaints} = await open(server.url)
  await page.getByRole('link', {name: 'scan', exact: true}).first().click()
  await page.getByRole('heading', {name: 'scan'}).waitFor()
  expect([...hosts].filter((host) => host !== 'data')).toEqual([new URL(server.url).host])
  expect(complaints).toEqual([])
})

test('times are in UTC or in the zone of the reader, as he chooses', async () => {
  const {page} = await open((await standIn()).url)
  await page.getByRole('button', {name: /UTC/}).click()
  expect(await page.evaluate("localStorage.getItem('guard.zone')")).toBe('local')
})
