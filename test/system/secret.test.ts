import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {readEnvironment, readSecret} from '../../src/system/secret.js'

function secretFile(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'guard-secret-'))
  onTestFinished(() => rmSync(dir, {recursive: true}))
  const file = join(dir, 'token')
  writeFileSync(file, text)
  chmodSync(file, 0o600)
  return file
}

test('a secret in a file is read without the newline at its end', () => {
  expect(readSecret({file: secretFile(' a b\n')})).toBe(' a b')
})

test.each(['', '\n'])('an empty file holds no secret: %j', (text) => {
  const file = secretFile(text)
  expect(() => readSecret({file})).toThrow(`the file ${file} is not there or empty`)
})

test('a secret that is nowhere is an error of the settings', () => {
  expect(() => readSecret({file: '/nowhere/token'})).toThrow(expect.objectContaining({kind: 'config'}))
  expect(() => readSecret({env: 'GUARD_NO_SUCH_SECRET'})).toThrow(expect.objectContaining({kind: 'config'}))
})

test('plain values stand beside secrets in an environment', () => {
  expect(readEnvironment({HOME: '/home/bot', TOKEN: {file: secretFile('t0ken\n')}})).toEqual({
    HOME: '/home/bot',
    TOKEN: 't0ken',
  })
})
