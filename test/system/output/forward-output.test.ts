import {closeSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {OutputForwarder} from '../../../src/system/output/forward-output.js'
import {tempDir} from '../../support/temp-dir.js'

/** A source file, a target file, and the text that has arrived. */
function line(text: string, from: number) {
  const dir = tempDir()
  const [source, target] = [join(dir, 'source'), join(dir, 'target')]
  writeFileSync(source, text)
  const [input, output] = [openSync(source, 'r'), openSync(target, 'a')]
  onTestFinished(() => [input, output].forEach(closeSync))
  return {
    source,
    forwarder: new OutputForwarder(input, from, output),
    arrived: () => readFileSync(target, 'utf8'),
  }
}

describe('a forwarder', () => {
  test('passes on new bytes, from its offset on', async () => {
    const {source, forwarder, arrived} = line('earlier, first', 9)
    expect(await forwarder.drain()).toBe(5)
    writeFileSync(source, ', second', {flag: 'a'})
    expect(await forwarder.drain()).toBe(8)
    expect(await forwarder.drain()).toBe(0)
    expect(arrived()).toBe('first, second')
  })

  test('leaves bytes that are written meanwhile for the next drain', async () => {
    const {source, forwarder, arrived} = line('first', 0)
    const turn = forwarder.drain()
    writeFileSync(source, ', second', {flag: 'a'})
    expect(await turn).toBe(5)
    expect(arrived()).toBe('first')
    expect(await forwarder.drain()).toBe(8)
  })

  test('passes on more bytes than its buffer holds', async () => {
    const text = Array.from({length: 300_000}, (_, index) => `${index}\n`).join('')
    const {forwarder, arrived} = line(text, 0)
    await forwarder.drain()
    expect(arrived() === text).toBe(true)
  })

  test('starts again at the beginning of a source that was emptied', async () => {
    const {source, forwarder, arrived} = line('a long first line\n', 0)
    await forwarder.drain()
    writeFileSync(source, 'anew\n')
    await forwarder.drain()
    expect(arrived()).toBe('a long first line\nanew\n')
  })
})
