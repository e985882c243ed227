import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {expect, onTestFinished, test} from 'vitest'
import {readBootRef} from '../../../src/system/host/host.js'
import {identifyProcess} from '../../../src/system/process/identity.js'
import {runWatch} from '../../../src/system/process/run-watch.js'

const here = readBootRef()
const linux = process.platform === 'linux'

/** A process that runs until it is ended. */
async function sleeper(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = spawn('sleep', ['300'], {stdio: 'ignore', env: {...process.env, ...env}})
  await once(child, 'spawn')
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test.runIf(linux)('a run goes on while its guard or a process with its id lives, and not beyond', async () => {
  const holder = `run-${process.pid}-${Date.now()}`
  const guard = await sleeper()
  const job = await sleeper({GUARD_RUN_ID: holder})
  const goesOn = runWatch({...here, holder, process: identifyProcess(guard.pid ?? 0)!}, here)
  expect(goesOn()).toBe(true)
  await end(guard)
  expect(goesOn()).toBe(true)
  await end(job)
  expect(goesOn()).toBe(false)
})

test.runIf(linux)('where the process of its job is on record, what that has left behind does not count', async () => {
  const holder = `run-${process.pid}-${Date.now()}`
  const [guard, job] = [await sleeper(), await sleeper()]
  await sleeper({GUARD_RUN_ID: holder})
  const refOf = ({pid}: ChildProcess) => identifyProcess(pid ?? 0)!
  const goesOn = runWatch({...here, holder, process: refOf(guard), jobProcess: refOf(job)}, here)
  await end(guard)
  expect(goesOn()).toBe(true)
  await end(job)
  expect(goesOn()).toBe(false)
})
