import {lstatSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {writeAlertFile} from '../../../src/system/host/alert-file.js'
import {tempDir} from '../../support/temp-dir.js'

test('an alert file is accessible to its owner only, and never overwrites one of the same name', () => {
  const dir = tempDir()
  const paths = ['one', 'two', 'three'].map((text) => writeAlertFile(dir, 'sip.alert.txt', text))
  expect(paths).toEqual([`${dir}/sip.alert.txt`, `${dir}/sip.alert_2.txt`, `${dir}/sip.alert_3.txt`])
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['one', 'two', 'three'])
  expect(lstatSync(`${dir}/sip.alert.txt`).mode & 0o777).toBe(0o600)
})

test('a name without an extension is numbered at its end', () => {
  const dir = tempDir()
  writeAlertFile(dir, 'alert', '')
  expect(writeAlertFile(dir, 'alert', '')).toBe(`${dir}/alert_2`)
})
