import {mkdirSync, symlinkSync} from 'node:fs'
import {expect, test} from 'vitest'
import {readCrontabFile} from '../../../src/system/crontab/read-crontabs.js'
import {createSandbox} from '../../support/sandbox.js'

test.each([
  ['nowhere', 'there is no such file'],
  ['file/below', 'there is no such file'],
  ['folder', 'it is a folder'],
  ['loop', 'it is a link that leads back to itself'],
])('%s cannot be read: %s', (name, why) => {
  const box = createSandbox()
  box.write('file', '')
  mkdirSync(box.path('folder'))
  symlinkSync('loop', box.path('loop'))
  const path = box.path(name)
  expect(() => readCrontabFile('debian', path)).toThrow(
    expect.objectContaining({kind: 'io', message: `${path} cannot be read: ${why}`}),
  )
})
