import {createHash} from 'node:crypto'
import {expect, test} from 'vitest'
import {defaultName} from '../../../src/domain/job/default-name.js'

function nameOf(argv: readonly string[], {directory = '/srv', isLine = true, shell = false} = {}): string | undefined {
  return defaultName(
    {argv, isLine, shell},
    {
      path: '/usr/bin:/opt/tools/',
      directory,
      absolute: (file) => (file.startsWith('/') ? file : `${directory}/${file.replace(/^\.\//, '')}`),
      digest: (text) => createHash('sha256').update(text).digest('hex'),
    },
  )
}

const hashOf = (...parts: string[]) => createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8)

test.each([
  [['rsync', '-a', '/srv/'], 'rsync'],
  [['/usr/bin/rsync'], 'rsync'],
  [['/opt/tools/night.sh'], 'night'],
  [['python3', '--version'], 'python3'],
  [['sh'], 'sh'],
  [['sh', '-s', '-'], 'sh'],
  [['bash', '/usr/bin/thing'], 'thing'],
])('%j is named after its program alone', (argv, name) => {
  expect(nameOf(argv)).toBe(name)
})

test.each<[readonly string[], string, string]>([
  [['sh', '-c', 'a b'], 'sh', 'a b'],
  [['/bin/bash', '-euo', 'pipefail', '-c', 'a b', 'x', 'y'], 'bash', 'a b'],
  [['dash', '-ec', 'a b'], 'dash', 'a b'],
  [['sh', '-c', '-e', 'a b'], 'sh', 'a b'],
  [['sh', '-c', '--', 'a b'], 'sh', 'a b'],
  [['busybox', 'sh', '-c', 'a b'], 'busybox', 'a b'],
  [['python3.11', '-u', '-c', 'a b'], 'python3', 'a b'],
  [['python3', '-m', 'app.night', '--fast'], 'python3', 'app.night'],
  [['perl', '-ne', 'a b'], 'perl', 'a b'],
  [['ruby', '-I', 'lib', '-e', 'a b'], 'ruby', 'a b'],
  [['node', '--eval=a b'], 'node', 'a b'],
  [['node', '--require', './x.js', '-e', 'a b'], 'node', 'a b'],
  [['php', '-r', 'a b'], 'php', 'a b'],
])('%j is named after its program, its code and the directory', (argv, stem, code) => {
  expect(nameOf(argv)).toBe(`${stem}-${hashOf(code, '/srv')}`)
  expect(nameOf(argv, {directory: '/other'})).toBe(`${stem}-${hashOf(code, '/other')}`)
})

test.each<[readonly string[], string, string]>([
  [['./run.sh', 'x'], 'run', '/srv/run.sh'],
  [['/srv/run', 'y'], 'run', '/srv/run'],
  [['bash', '-x', './run.sh'], 'run', '/srv/run.sh'],
  [['python3', '-W', 'ignore', 'run.py', '-c'], 'run', '/srv/run.py'],
  [['sh', '--', '-odd.sh'], 'odd', '/srv/-odd.sh'],
])('%j is named after its file and the path of it', (argv, stem, path) => {
  expect(nameOf(argv)).toBe(`${stem}-${hashOf(path)}`)
})

test('a script has the same name with and without an interpreter', () => {
  const name = nameOf(['run.sh'], {isLine: false})
  expect(name).toBe(`run-${hashOf('/srv/run.sh')}`)
  expect(nameOf(['bash', 'run.sh', 'x'])).toBe(name)
  expect(nameOf(['./run.sh'])).toBe(name)
})

test('a line for a shell is named like the code of one', () => {
  expect(nameOf(['echo a', '|', 'cat'], {shell: true})).toBe(nameOf(['sh', '-c', 'echo a | cat']))
})

test('a long file name leaves the hash whole', () => {
  expect(nameOf([`/x/${'y'.repeat(300)}`])).toMatch(/^y{119}-[0-9a-f]{8}$/)
})
