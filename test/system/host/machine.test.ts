import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseMeminfo, readMachine} from '../../../src/system/host/machine.js'
import {tempDir} from '../../support/temp-dir.js'

test('memory is the available memory as reported by the kernel, in bytes', () => {
  const text = 'MemTotal:       24684092 kB\nMemFree:         1000000 kB\nMemAvailable:   23000000 kB\n'
  expect(parseMeminfo(text)).toEqual({availableBytes: 23_000_000 * 1024, totalBytes: 24_684_092 * 1024})
})

test('the available memory is unknown if the kernel does not report it', () => {
  expect(parseMeminfo('MemTotal: 10 kB\nMemFree: 5 kB\n')).toBeUndefined()
})

test('the disk of a missing folder is that of its parent', () => {
  const dir = tempDir()
  const {disk, load} = readMachine(join(dir, 'not/yet'))
  expect(disk).toMatchObject({path: dir, totalBytes: expect.any(Number)})
  expect(disk?.totalBytes).toBeGreaterThan(disk?.freeBytes ?? Number.POSITIVE_INFINITY)
  expect(load.averages).toHaveLength(3)
  expect(load.cores).toBeGreaterThan(0)
})
