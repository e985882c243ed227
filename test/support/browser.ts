import {existsSync} from 'node:fs'
import {type Browser, type BrowserContext, chromium, type Page} from 'playwright-core'
import {afterAll, beforeAll, onTestFinished} from 'vitest'
import {standInKey} from './dashboard-server.js'

/** Debian's chromium, which every test of a file shares. */

const executablePath = '/usr/bin/chromium'

export const hasChromium = existsSync(executablePath)

const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

interface PageOptions {
  readonly width?: 1440 | 390
  readonly theme?: 'light' | 'dark'
  /** Kept by the tab before the page is loaded. */
  readonly key?: string
}

/** A page, what it complained of, and whom it asked. */
export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  /** Exceptions, and refusals of the Content-Security-Policy. */
  readonly complaints: readonly string[]
  readonly hosts: ReadonlySet<string>
}

/** A browser beside other work takes its time. */
export const eventually = {timeout: 20_000}

export const unlocked = {key: standInKey}

/** Call it where tests are declared. @returns opens an address in a page of its own */
export function useBrowser(): (url: string, options?: PageOptions) => Promise<Opened> {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({executablePath, args: switches})
  })
  afterAll(() => browser.close())
  return async (url, {width = 1440, theme = 'light', key} = {}) => {
    const height = width === 390 ? 844 : 900
    const context = await browser.newContext({viewport: {width, height}, colorScheme: theme, hasTouch: width === 390})
    onTestFinished(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    if (key !== undefined) await page.addInitScript(`sessionStorage.setItem('guard.key', ${JSON.stringify(key)})`)
    const complaints: string[] = []
    const hosts = new Set<string>()
    page.on('pageerror', ({message}) => complaints.push(message))
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
    })
    page.on('request', (request) => hosts.add(new URL(request.url()).host || 'data'))
    await page.goto(url)
    return {page, context, complaints, hosts}
  }
}

/** The names of the jobs that the list shows, from above. */
export function shownNames(page: Page): Promise<string[]> {
  return page.locator('.rows a[data-job]').allTextContents()
}
