import {expect, onTestFinished, test} from 'vitest'
import {eventually, shownNames, useBrowser} from '../../support/browser.js'
import {makeJob, manyJobs, sixteenJobs} from '../../support/dashboard-data.js'
import {type DashboardStandIn, startDashboardStandIn} from '../../support/dashboard-server.js'
import {until} from '../../support/sandbox.js'

const open = useBrowser()

async function standIn(jobs = sixteenJobs(Date.now())): Promise<DashboardStandIn> {
  const server = await startDashboardStandIn({jobs})
  onTestFinished(() => server.stop().catch(() => undefined))
  return server
}

const failing = (job: string) =>
  makeJob(Date.now(), {
    job,
    state: 'failing',
    verdict: 'failing',
    reason: 'its last run failed 1s ago (disk, no space)',
  })

test('an event changes the row of its job and the headline, and only that job is asked for', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await page.getByText('Live', {exact: true}).waitFor()
  await until(() => server.streams() === 1, 'a stream is open')
  const lists = server.asked('/api/v1/jobs')
  server.put(failing('certbot'))
  server.tell(['certbot'])
  await page.getByRole('heading', {name: '4 of 16 jobs need you'}).waitFor()
  await expect.poll(async () => (await shownNames(page)).slice(0, 3), eventually).toContain('certbot')
  expect(server.asked('/api/v1/jobs/certbot')).toBe(1)
  expect(server.asked('/api/v1/jobs')).toBe(lists)
})

test('what changes while the page is loaded is seen, though the list that it gets does not have it', async () => {
  const server = await standIn()
  const afterList = () => {
    server.set({afterList: () => undefined})
    server.put(failing('certbot'))
    server.tell(['certbot'])
  }
  server.set({afterList})
  const {page} = await open(server.url)
  await page.getByRole('heading', {name: '4 of 16 jobs need you'}).waitFor()
})

test('an event of any job is heeded though one that names its job comes with it', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await page.getByText('Live', {exact: true}).waitFor()
  for (const job of ['certbot', 'ceo_brief']) server.put(failing(job))
  server.tell(undefined)
  server.tell(['certbot'])
  await page.getByRole('heading', {name: '5 of 16 jobs need you'}).waitFor()
})

/** Ages tick in every row: texts do not count. */
const noteTouchedRows = `
  touched = new Set()
  new MutationObserver((changes) => {
    for (const {target} of changes) {
      const row = target instanceof Element && target.closest('.rows tr')
      if (row) touched.add(row.querySelector('a').textContent)
    }
  }).observe(document.body, {subtree: true, childList: true, attributes: true})
`

test('one event touches one row of 1,000', async () => {
  const server = await standIn(manyJobs(Date.now(), 1000))
  const {page} = await open(server.url)
  await page.locator('.rows tr').first().waitFor()
  await until(() => server.streams() === 1, 'a stream is open')
  await page.hover('.rows')
  const [, , , healthy = ''] = (await shownNames(page)).slice(20)
  await page.evaluate(noteTouchedRows)
  server.put(failing(healthy))
  server.tell([healthy])
  await page.getByRole('heading', {name: '14 of 1000 jobs need you'}).waitFor()
  expect(await page.evaluate('[...touched]')).toEqual([healthy])
})

test('rows move only when nobody points at them', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await until(() => server.streams() === 1, 'a stream is open')
  await page.hover('.rows tr:nth-child(8)')
  const before = await shownNames(page)
  server.put(failing('certbot'))
  server.tell(['certbot'])
  await page.getByRole('heading', {name: '4 of 16 jobs need you'}).waitFor()
  expect(await shownNames(page)).toEqual(before)
  await page.hover('h2')
  await expect.poll(async () => (await shownNames(page)).indexOf('certbot'), eventually).toBeLessThan(3)
})

test('a stream that cannot be had is made up for by asking', async () => {
  const server = await standIn()
  server.set({hasNoStreams: true})
  const {page} = await open(server.url)
  await page.getByText('Every 10 s').waitFor()
  server.put(failing('certbot'))
  await page.getByRole('heading', {name: '4 of 16 jobs need you'}).waitFor({timeout: 40_000})
})

test('a server that is gone is said with the age of what is shown, and found again', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await page.getByText('Live', {exact: true}).waitFor()
  await server.stop()
  const banner = page.locator('.banner')
  // At midnight a time has its day.
  await banner.getByText(/No connection to guard since (\w{3} )?\d\d:\d\d:\d\d\./).waitFor()
  expect(await banner.innerText()).toMatch(/What you see is from (\w{3} )?\d\d:\d\d:\d\d, \d+ s ago\./)
  expect(await shownNames(page)).toHaveLength(16)
  await server.start()
  const isFound = banner.waitFor({state: 'detached'})
  // The page may look again by itself before the click.
  await Promise.race([isFound, page.getByRole('button', {name: 'Try now'}).click()])
  await isFound
  await page.getByText('Live', {exact: true}).waitFor()
})

test('a hidden tab releases its stream, and looks again when it is seen', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await until(() => server.streams() === 1, 'a stream is open')
  const show = (hidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', {value: ${hidden}, configurable: true})
      document.dispatchEvent(new Event('visibilitychange'))
    `)
  await show(true)
  await until(() => server.streams() === 0, 'the stream is released')
  server.put(failing('certbot'))
  await show(false)
  await page.getByRole('heading', {name: '4 of 16 jobs need you'}).waitFor()
  await until(() => server.streams() === 1, 'a stream is open again')
})

test('live can be switched off and on', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await until(() => server.streams() === 1, 'a stream is open')
  const live = page.getByRole('switch', {name: 'Live'})
  await live.click()
  await page.getByText('Paused').waitFor()
  await until(() => server.streams() === 0, 'the stream is released')
  await live.click()
  await until(() => server.streams() === 1, 'a stream is open again')
})

test('the output of a job that runs is followed', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}#/job/scan`)
  await page.getByText('following').waitFor()
  server.set({outputLines: ['batch 1/8 done', 'batch 2/8 done']})
  await page.locator('pre').getByText('batch 2/8 done').waitFor()
})

test('a job of which nothing can be loaded is told with the reason, and is not said to be loading', async () => {
  const server = await standIn()
  const {page} = await open(`${server.url}#/job/unheard-of`)
  await page.getByText('no job unheard-of is known').waitFor()
  expect(await page.locator('.job-panel').getByText('Loading…').count()).toBe(0)
  expect(await page.getByText('No output is kept.').count()).toBe(0)
  await until(() => server.streams() === 1, 'a stream is open')
  server.put(failing('unheard-of'))
  server.tell(['unheard-of'])
  await page.locator('.job-panel').getByRole('heading', {name: 'Why', exact: true}).waitFor()
  expect(await page.getByText('no job unheard-of is known').count()).toBe(0)
})
