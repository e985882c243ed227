import {describe, expect, test} from 'vitest'
import {createSandbox, isAlive, type Running, type Sandbox, until} from '../support/sandbox.js'
import {goodKey} from '../support/serve.js'

const settings = `
jobs: {backup: {command: [sh, -c, "echo saved; exit 3"]}}
openclaw: {command: ["true"]}
`

type IsAtWork = (running: Running, box: Sandbox) => boolean
const hasPrinted: IsAtWork = ({stdout}) => stdout() !== ''

const hasBegunRound: IsAtWork = ({pid}, box) =>
  box.journal('leases.jsonl').some(({holder}) => String(holder).endsWith(`:${pid}`))

/** The commands that stay until a signal ends them, and by what one sees that they are at work. */
const staying: readonly (readonly [string, IsAtWork])[] = [
  ['serve --port 0', hasPrinted],
  ['status --watch 1s', hasPrinted],
  ['logs backup --follow', hasPrinted],
  ['alerts --follow', hasPrinted],
  ['watchdog --watch 1s', hasBegunRound],
  ['reset-daemon --watch 1s', hasBegunRound],
]

/** Starts guard with these signals ignored, as nohup(1) and the shell do for what runs in the background. */
async function startIgnoring(signals: string, command: string, isAtWork: IsAtWork): Promise<Running> {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.guard('run', 'backup')
  await box.guard('watchdog')
  const line = `trap '' ${signals}; exec guard ${command}`
  const running = box.startSh(line, {env: {DASHBOARD_KEY: goodKey}})
  await until(() => isAtWork(running, box), 'guard is at work')
  return running
}

describe.each(staying)('guard %s', (command, isAtWork) => {
  test('goes on at signals that its caller ignores, and ends with another one', async () => {
    const running = await startIgnoring('HUP INT', command, isAtWork)
    running.kill('SIGHUP')
    running.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(isAlive(running.pid)).toBe(true)
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({signal: null, stderr: ''})
  })
})
