import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {identifyProcess, processState} from '../../../src/system/process/identity.js'

const here = {host: 'web1', boot: 'boot-1'}

function startSleeper(...command: [string, ...string[]]) {
  const [file, ...args] = command
  const child = spawn(file, args, {stdio: ['ignore', 'pipe', 'inherit']})
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test('a process is alive by its pid and start time until it ends', async () => {
  const child = startSleeper('sleep', '60')
  const ref = identifyProcess(child.pid!)!
  expect(processState(ref, here, here)).toBe('alive')

  child.kill('SIGKILL')
  await once(child, 'exit')

  expect(processState(ref, here, here)).toBe('gone')
  expect(identifyProcess(child.pid!)).toBeUndefined()
})

test('a process that reuses a pid is not the recorded process', () => {
  const ref = identifyProcess(process.pid)!
  expect(processState({...ref, start: '1'}, here, here)).toBe('gone')
})

test('a process of another machine or container is unknown', () => {
  const ref = identifyProcess(process.pid)!
  expect(processState(ref, {...here, machine: 'web2'}, {...here, machine: 'web1'})).toBe('unknown')
  expect(processState({...ref, pidns: 1}, here, here)).toBe('unknown')
})

test('a zombie is gone', async () => {
  // The shell turns into a sleep that never waits for its child.
  const parent = startSleeper('sh', '-c', 'sleep 60 & echo $!; exec sleep 60')
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer]
  const pid = Number(line.toString())
  // The shell itself would wait for it.
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'latin1')).toBe('sleep\n')
  process.kill(pid)
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /)

  expect(identifyProcess(pid)).toBeUndefined()
})

test('a program may have any name', async () => {
  const script = `require('fs').writeFileSync('/proc/self/comm', 'a) Z 1 (b'); console.log('named'); setInterval(() => {}, 1e6)`
  const child = startSleeper(process.execPath, '-e', script)
  await once(child.stdout!, 'data')
  expect(processState(identifyProcess(child.pid!)!, here, here)).toBe('alive')
})
