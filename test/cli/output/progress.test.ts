import {expect, onTestFinished, test, vi} from 'vitest'
import {stepProgress} from '../../../src/cli/output/progress.js'

const shown = {title: 'restart bot', hasOutput: false}

test('without a terminal a step is one line, with its end and the reason', async () => {
  const lines: string[] = []
  const show = stepProgress(
    (line) => void lines.push(line),
    async () => undefined,
  )
  const result = {ok: true, evidence: 'bot is RUNNING'}
  expect(await show(shown, async () => result)).toBe(result)
  await show(shown, async () => ({ok: false, evidence: 'no such program'}))
  await show({title: 'wait 5s', hasOutput: false}, async () => ({ok: true, evidence: ''}))
  expect(lines.map((line) => line.replace(/\d+ m?s$/, 'N ms'))).toEqual([
    'restart bot: ok, bot is RUNNING, in N ms',
    'restart bot: failed, no such program, in N ms',
    'wait 5s: ok, in N ms',
  ])
})

test('work that breaks is an error of its own', async () => {
  const show = stepProgress(
    () => undefined,
    async () => undefined,
  )
  await expect(show(shown, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
})

const terminals = vi.hoisted(() => ({are: false}))
vi.mock('../../../src/cli/output/terminal.js', () => ({isTerminal: () => terminals.are}))

/** Makes both streams look like terminals, and catches what is written to standard error. */
function fakeTerminal(): {text(): string} {
  const written: string[] = []
  const spies = [
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0),
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true),
  ]
  const were = [process.stdout, process.stderr].map((stream) => [stream, stream.isTTY] as const)
  for (const [stream] of were) stream.isTTY = true
  terminals.are = true
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
    for (const [stream, was] of were) stream.isTTY = was
    terminals.are = false
  })
  return {text: () => written.join('')}
}

test('on a terminal a step is shown while it is done, and not as a line', async () => {
  const terminal = fakeTerminal()
  const lines: string[] = []
  const show = stepProgress(
    (line) => void lines.push(line),
    async () => undefined,
  )
  const result = {ok: false, evidence: 'no such program'}
  let before = ''
  const work = async () => {
    await vi.waitUntil(() => terminal.text().includes('restart bot'), {timeout: 20_000})
    before = terminal.text()
    return result
  }
  expect(await show(shown, work)).toBe(result)
  expect(before).not.toMatch(/failed/)
  expect(terminal.text()).toMatch(/failed/)
  expect(lines).toEqual([])
  expect(process.stdout.write).not.toHaveBeenCalled()
})

test('a step with output of its own is a line on a terminal too', async () => {
  fakeTerminal()
  const lines: string[] = []
  await stepProgress(
    (line) => void lines.push(line),
    async () => undefined,
  )({...shown, hasOutput: true}, async () => ({
    ok: true,
    evidence: '',
  }))
  expect(lines).toHaveLength(1)
})
