import {createServer} from 'node:http'
import {chromium} from 'playwright-core'

/**
 * A server of what the built program has said once, and a browser at it: so the figures are those of the page alone.
 *
 * Noted in the page: when the jobs have come, and the first frame that shows them; when a changed job has come, and the
 * frame that shows it; and how many frames the work in between takes. The wait for the next frame is no work: how long
 * it is depends on the phase in which the answer comes.
 */
const probe = `
  marks = {}
  const ask = fetch
  fetch = async (...args) => {
    const response = await ask(...args)
    const path = new URL(response.url).pathname
    const json = response.json.bind(response)
    response.json = async () => {
      const value = await json()
      if (path === '/api/v1/jobs') marks.list ??= performance.now()
      if (path === '/api/v1/jobs/job-3') marks.job ??= performance.now()
      return value
    }
    return response
  }
  const painted = (then) =>
    requestAnimationFrame(() => {
      const begun = performance.now()
      setTimeout(() => then(begun))
    })
  new MutationObserver(() => {
    if (!marks.rowsSeen && document.querySelector('.rows tr')) {
      marks.rowsSeen = true
      painted(() => (marks.rows = performance.now()))
    }
    if (marks.job && !marks.changeSeen && document.querySelector('.row.in-failing')) {
      marks.changeSeen = performance.now()
      painted((begun) => {
        marks.frame = begun
        marks.change = performance.now()
      })
    }
  }).observe(document, {subtree: true, childList: true, attributes: true})
`

const frameMs = 1000 / 60

export async function openDashboard(html) {
  const state = {list: '', streams: new Set()}
  const server = createServer((request, response) => answer(state, html, request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
  const url = `http://127.0.0.1:${server.address().port}/`
  return {
    measure: (list) => measure({browser, url, state}, list),
    close: async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

async function measure({browser, url, state}, list) {
  state.list = list
  const context = await browser.newContext({viewport: {width: 1440, height: 900}})
  const page = await context.newPage()
  await page.addInitScript(probe)
  await page.goto(url)
  await page.waitForFunction('marks.rows')
  await page.getByText('Live', {exact: true}).waitFor()
  const data = JSON.stringify({journals: ['runs'], jobs: ['job-3'], at: new Date().toISOString()})
  for (const stream of state.streams) stream.write(`id: 1\nevent: changed\ndata: ${data}\n\n`)
  await page.waitForFunction('marks.change')
  const marks = await page.evaluate('marks')
  await context.close()
  return {
    renderMs: marks.rows - marks.list,
    eventMs: marks.change - marks.job,
    frames: Math.ceil((marks.changeSeen - marks.job + marks.change - marks.frame) / frameMs),
  }
}

function answer({list, streams}, html, {url}, response) {
  const path = url.split('?')[0]
  if (path === '/') return response.writeHead(200, {'content-type': 'text/html'}).end(html)
  if (path === '/api/v1/events') {
    response.writeHead(200, {'content-type': 'text/event-stream'}).write(': hello\n\n')
    streams.add(response)
    return response.on('close', () => streams.delete(response))
  }
  response.writeHead(200, {'content-type': 'application/json'}).end(bodyOf(path, list))
}

function bodyOf(path, list) {
  if (path === '/api/v1/jobs') return list
  const session = {host: 'bench', readOnly: true, needsKey: true, keyAccepted: false, schedulerAvailable: false}
  const others = {
    incidents: {incidents: []},
    upcoming: {upcoming: []},
    health: {verdict: 'healthy', checks: []},
    session,
  }
  const name = path.split('/').at(-1)
  if (name in others) return JSON.stringify(others[name])
  const job = JSON.parse(list).jobs.find((one) => one.job === name)
  return JSON.stringify({...job, state: 'failing', verdict: 'failing', reason: 'its last run failed 1s ago (disk)'})
}
