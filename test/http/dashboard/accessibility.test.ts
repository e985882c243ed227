import {mkdirSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Page} from 'playwright-core'
import {expect, onTestFinished, test} from 'vitest'
import {eventually, shownNames, unlocked, useBrowser} from '../../support/browser.js'
import {sixteenJobs} from '../../support/dashboard-data.js'
import {standInKey, startDashboardStandIn} from '../../support/dashboard-server.js'

const open = useBrowser()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = join(process.env['GUARD_PICTURES'] ?? join(tmpdir(), 'guard-dashboard'))
mkdirSync(pictures, {recursive: true})

async function standIn() {
  const server = await startDashboardStandIn({jobs: sixteenJobs(Date.now())})
  onTestFinished(() => server.stop())
  return server
}

/** What axe finds against WCAG 2.2 AA and its good practice; and a picture, for people. */
async function violations(page: Page, name: string): Promise<readonly string[]> {
  await page.screenshot({path: join(pictures, `${name}.png`)})
  // The page itself may run no script but its own.
  await page.evaluate(axe)
  return page.evaluate(`
    axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(
      ({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => id + ': ' + html + ' ' + failureSummary)),
    )
  `)
}

const sizes = [1440, 390] as const
const themes = ['light', 'dark'] as const
const looks = sizes.flatMap((width) => themes.map((theme) => ({width, theme})))

test.each(looks)('axe finds nothing in the list and in a job at $width px, $theme', async ({width, theme}) => {
  const {page} = await open((await standIn()).url, {...unlocked, width, theme})
  await page.getByRole('heading', {name: '3 of 16 jobs need you'}).waitFor()
  expect(await violations(page, `list-${width}-${theme}`)).toEqual([])
  await page.getByRole('link', {name: 'pre_market_health_check'}).first().click()
  await page.getByRole('heading', {name: 'Why it failed'}).waitFor()
  expect(await violations(page, `job-${width}-${theme}`)).toEqual([])
})

test.each(themes)('axe finds nothing in a job that runs, %s', async (theme) => {
  const {page} = await open(`${(await standIn()).url}#/job/scan`, {theme})
  await page.locator('pre').waitFor()
  expect(await violations(page, `running-1440-${theme}`)).toEqual([])
})

test.each(themes)('axe finds nothing in a dialog and in the banner, %s', async (theme) => {
  const server = await standIn()
  const {page} = await open(`${server.url}#/job/pre_market_health_check`, {...unlocked, theme})
  await page.getByRole('button', {name: 'Silence…'}).click()
  await page.getByRole('dialog').waitFor()
  const found = await violations(page, `dialog-1440-${theme}`)
  await page.keyboard.press('Escape')
  await server.stop()
  await page.locator('.banner').waitFor()
  expect([...found, ...(await violations(page, `lost-1440-${theme}`))]).toEqual([])
})

test('axe finds nothing in the tabs of a phone', async () => {
  const {page} = await open((await standIn()).url, {width: 390, theme: 'dark'})
  for (const tab of ['Incidents', 'Next', 'Machine']) {
    await page.getByRole('button', {name: tab}).click()
    expect(await page.getByRole('row').count()).toBe(0)
    expect(await violations(page, `${tab.toLowerCase()}-390-dark`)).toEqual([])
  }
})

test('nothing is wider than a phone', async () => {
  const server = await standIn()
  for (const hash of ['', '#/job/pre_market_health_check', '#/job/scan']) {
    const {page} = await open(`${server.url}${hash}`, {width: 390})
    await page
      .getByRole('heading', {name: /need you|Facts/})
      .filter({visible: true})
      .first()
      .waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  }
})

test('the states of a list differ by shape and word where red and green look alike', async () => {
  const {page, context} = await open((await standIn()).url)
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setEmulatedVisionDeficiency', {type: 'deuteranopia'})
  await page.locator('.rows tr').first().waitFor()
  await page.screenshot({path: join(pictures, 'list-1440-deuteranopia.png')})
  const shapes: [string, string][] = await page.evaluate(`
    [...document.querySelectorAll('.rows .state')].map(({textContent, firstElementChild}) => [textContent, firstElementChild.innerHTML])
  `)
  const shapeOf = new Map(shapes)
  expect([...shapeOf.keys()]).toEqual(['Failing', 'Stalled', 'Missed', 'Degraded', 'Running', 'Healthy', 'Silenced'])
  // Failing and stalled are one shape: for both somebody must come.
  expect(new Set(shapeOf.values()).size).toBe(6)
})

test('outcomes differ by height', async () => {
  const {page} = await open((await standIn()).url)
  await page.locator('.rows tr').first().waitFor()
  const heightOf: Record<string, number> = await page.evaluate(`
    Object.fromEntries([...document.querySelectorAll('.rows path[class^=bar]')].map((bar) => [bar.classList[0], bar.getBBox().height]))
  `)
  expect(Object.keys(heightOf)).toHaveLength(6)
  expect(new Set(Object.values(heightOf)).size).toBe(6)
})

test('the keyboard alone finds a job, opens it, enters the key, silences it and goes back', async () => {
  const server = await standIn()
  const {page} = await open(server.url)
  await page.locator('.rows tr').first().waitFor()
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const focused = () => page.evaluate<string>('document.activeElement.textContent')
  await press('j', 'j', 'j', 'k')
  expect(await focused()).toBe('openclaw.coingecko')
  await press('/')
  await page.keyboard.type('jks?')
  expect(await page.getByLabel('Find a job').inputValue()).toBe('jks?')
  await press('Escape', 'Escape')
  expect(await shownNames(page)).toHaveLength(16)
  await press('j', 'Enter')
  await page.getByRole('heading', {name: 'Why it failed'}).waitFor()
  expect(await focused()).toBe('pre_market_health_check')
  await press('s')
  await page.getByRole('dialog', {name: 'Enter the key'}).waitFor()
  await page.keyboard.type(standInKey)
  await press('Enter')
  await page.getByRole('textbox', {name: 'Why'}).focus()
  await page.keyboard.type('typed by hand')
  await press('Enter')
  await page.getByText('Silenced pre_market_health_check.').waitFor()
  expect(server.changes).toHaveLength(1)
  await press('Escape')
  await expect.poll(focused, eventually).toBe('pre_market_health_check')
  await page.getByRole('heading', {name: 'Why it failed'}).waitFor({state: 'detached'})
})

test('t changes between light and dark, ? lists the keys, and keys of one letter can be switched off', async () => {
  const {page} = await open((await standIn()).url)
  await page.locator('.rows tr').first().waitFor()
  const scheme = () => page.evaluate('getComputedStyle(document.documentElement).colorScheme')
  await page.keyboard.press('t')
  expect(await scheme()).toBe('dark')
  await page.keyboard.press('t')
  expect(await scheme()).toBe('light')
  await page.keyboard.press('?')
  await page.getByLabel('Keys of one letter are on').uncheck()
  await page.getByRole('button', {name: 'Close'}).click()
  await page.getByRole('dialog').waitFor({state: 'detached'})
  await page.keyboard.press('t')
  expect(await scheme()).toBe('light')
})

test('a reader who wants no motion sees none', async () => {
  const {page} = await open((await standIn()).url)
  await page.emulateMedia({reducedMotion: 'reduce'})
  await page.locator('.rows tr').first().waitFor()
  expect(await page.evaluate("getComputedStyle(document.querySelector('.turning')).animationName")).toBe('none')
})
