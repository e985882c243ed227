import {appendFileSync, existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'

test('what a delivery by hand leaves for later has a process that stays', async () => {
  const box = createSandbox()
  const sent = box.path('sent')
  // Its receiver is away at first.
  const command = ['sh', '-c', `mkdir ${box.path('tried')} && exit 1; cat > ${sent}`]
  const settings = {
    jobs: {scan: {command: ['sh', '-c', 'exit 3'], schedule: '0 3 1 1 *'}},
    channels: {ops: {type: 'command', command}},
    alerting: {routes: [{level: 'INFO', to: ['ops']}]},
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  // In a unit of systemd a run leaves no process.
  await box.guardWith({env: {SYSTEMD_EXEC_PID: '1'}}, 'run', 'scan')
  expect([existsSync(box.path('tried')), existsSync(sent)]).toEqual([true, false])
  expect((await box.guard('alerts', 'deliver')).stdout).toMatch(/waiting|nothing waits/)
  await until(() => existsSync(sent), 'the message')
})

test('so has what its limit has cut short', async () => {
  const box = createSandbox()
  const [hung, sent] = [box.path('hung'), box.path('sent')]
  const settings = {
    channels: {ops: {type: 'command', command: ['sh', '-c', `mkdir ${hung} && exec sleep 60; cat > ${sent}`]}},
    alerting: {groupWait: '0s', inlineLimit: '1s', routes: [{level: 'INFO', to: ['ops']}]},
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  await box.guard('alerts', 'deliver')
  appendFileSync(`${box.stateDir}/alerts.jsonl`, '{"level":"WARNING","message":"disk is full"}\n')
  expect((await box.guard('alerts', 'deliver')).stdout).toMatch(/1 waiting/)
  expect([existsSync(hung), existsSync(sent)]).toEqual([true, false])
  await until(() => existsSync(sent), 'the message')
})
