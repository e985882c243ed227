import {mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, watch, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {expect, onTestFinished, test} from 'vitest'
import {watchFile} from '../../../src/system/daemon/file-watch.js'
import {until} from '../../support/sandbox.js'

/** A watched file of a folder, and how often a change was noticed. */
function watching(name: string, make: (folder: string) => void) {
  const folder = mkdtempSync(`${tmpdir()}/watch-`)
  make(folder)
  let changes = 0
  const watched = watchFile(`${folder}/${name}`, () => {
    changes++
  })
  onTestFinished(() => watched.close())
  const first = watched.stamp()
  const noticed = async (change: () => void) => {
    const [before, stamp] = [changes, watched.stamp()]
    change()
    await until(() => changes > before, 'a notice')
    expect(watched.stamp()).not.toBe(stamp)
  }
  return {folder, first, noticed, watched, changes: () => changes}
}

const write = (path: string, text = 'a') => writeFileSync(path, text)
const link = (target: string, path: string) => {
  symlinkSync(target, `${path}.new`)
  renameSync(`${path}.new`, path)
}

test('a file that is written, or replaced, is noticed, time and again', async () => {
  const {folder, noticed} = watching('s.yaml', (at) => write(`${at}/s.yaml`))
  await noticed(() => write(`${folder}/s.yaml`, 'longer'))
  for (const text of ['b', 'cc']) {
    await noticed(() => {
      write(`${folder}/aside`, text)
      renameSync(`${folder}/aside`, `${folder}/s.yaml`)
    })
  }
})

test('a file that was gone for a while is noticed when it is back', async () => {
  const {folder, noticed, watched} = watching('s.yaml', (at) => write(`${at}/s.yaml`))
  await noticed(() => rmSync(`${folder}/s.yaml`))
  expect(watched.stamp()).toBe('missing')
  await noticed(() => write(`${folder}/s.yaml`))
})

test('a link that is replaced is noticed', async () => {
  const {folder, noticed} = watching('s.yaml', (at) => {
    for (const name of ['a', 'b']) write(`${at}/${name}.yaml`, name)
    link('a.yaml', `${at}/s.yaml`)
  })
  await noticed(() => link('b.yaml', `${folder}/s.yaml`))
  await noticed(() => link('a.yaml', `${folder}/s.yaml`))
})

test('a folder on the way that is a link, as of a release, and the link of a ConfigMap are noticed when they are replaced', async () => {
  const {folder, noticed} = watching('current/s.yaml', (at) => {
    for (const name of ['1', '2']) {
      mkdirSync(`${at}/${name}`)
      write(`${at}/${name}/real.yaml`, name)
      link('..data/real.yaml', `${at}/${name}/s.yaml`)
      for (const data of ['x', 'y']) {
        mkdirSync(`${at}/${name}/..${data}`)
        write(`${at}/${name}/..${data}/real.yaml`, data)
      }
      link('..x', `${at}/${name}/..data`)
    }
    link('1', `${at}/current`)
  })
  await noticed(() => link('..y', `${folder}/1/..data`))
  await noticed(() => link('2', `${folder}/current`))
})

test('a link whose target appears is noticed', async () => {
  const {folder, noticed, first} = watching('s.yaml', (at) => {
    mkdirSync(`${at}/elsewhere`)
    link('elsewhere/a.yaml', `${at}/s.yaml`)
  })
  expect(first).toBe('missing')
  await noticed(() => write(`${folder}/elsewhere/a.yaml`))
})

test('what jobs write beside a file does not matter', async () => {
  const {folder, changes} = watching('s.yaml', (at) => {
    write(`${at}/a.yaml`)
    link('a.yaml', `${at}/s.yaml`)
  })
  const names: unknown[] = []
  const other = watch(folder, (_, name) => names.push(name))
  onTestFinished(() => other.close())
  write(`${folder}/output`)
  await until(() => names.includes('output'), 'its notice')
  expect(changes()).toBe(0)
})
