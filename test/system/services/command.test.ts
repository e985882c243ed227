import {expect, test} from 'vitest'
import {runCommand} from '../../../src/system/process/run-command.js'
import {openService} from '../../../src/system/services/open-service.js'
import {quickService} from '../../support/settings.js'
import {tempDir} from '../../support/temp-dir.js'

const settings = {...quickService, manager: 'command'} as const

test('one command restarts the service, and another one checks whether it is up', async () => {
  const service = openService(
    {...settings, cwd: tempDir(), restart: ['touch', 'up'], check: ['test', '-e', 'up']},
    runCommand,
  )
  expect(await service.isUp()).toEqual({state: 'down', detail: 'exit 1: test -e up'})
  expect(await service.restart()).toEqual({ok: true, detail: ''})
  expect(await service.isUp()).toMatchObject({state: 'up'})
})

test('the last output of a failed restart is its reason', async () => {
  const service = openService({...settings, restart: ['sh', '-c', 'echo one; echo no room >&2; exit 4']}, runCommand)
  expect(await service.restart()).toEqual({ok: false, reason: 'no room (exit 4)'})
})

test('a restart whose program is not there has not started', async () => {
  const service = openService({...settings, restart: ['/no/such/program']}, runCommand)
  expect(await service.restart()).toMatchObject({ok: false, notStarted: true})
})

test('a service without a check can be restarted, and its state is uncheckable', async () => {
  const service = openService({...settings, restart: ['true']}, runCommand)
  expect(await service.isUp()).toMatchObject({state: 'uncheckable'})
})

test('a restart does not wait for a daemon that its script leaves running', async () => {
  const service = openService(
    {...settings, restart: ['sh', '-c', 'sleep 30 & echo started'], timeoutMs: 20_000},
    runCommand,
  )
  expect(await service.restart()).toEqual({ok: true, detail: 'started'})
})
