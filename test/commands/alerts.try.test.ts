import {describe, expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

describe('guard alerts test', () => {
  const file = {type: 'file', path: 'sent.jsonl'}

  test('tries a channel that no route names yet', async () => {
    const box = createSandbox()
    const alerting = {routes: [{level: 'INFO', to: ['ops']}]}
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file, newone: file}, alerting}))
    expect(await box.guard('alerts', 'test', 'newone')).toMatchObject({code: 0, stdout: 'newone has it\n'})
    expect(await box.guard('config', 'check')).toMatchObject({code: 78})
  })

  test('says what is wrong with the settings of the channel', async () => {
    const box = createSandbox()
    const hook = {type: 'webhook', url: 'ftp://example.org/x'}
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file, hook}}))
    const {code, stderr} = await box.guard('alerts', 'test', 'hook')
    expect([code, stderr]).toEqual([
      78,
      expect.stringContaining('channel hook is not used, because its settings are wrong: channels.hook.url: '),
    ])
  })

  test('of a name that is in no settings says so', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file}}))
    expect(await box.guard('alerts', 'test', 'opps')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean ops?'),
    })
  })
})
