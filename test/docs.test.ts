import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import fastGlob from 'fast-glob'
import {describe, expect, test} from 'vitest'
import {exitCodes} from '../src/cli/output/exit-codes.js'

const root = join(import.meta.dirname, '..')
const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...[
    'docs/caches.md',
    'docs/dashboard.md',
    'docs/decisions/fleet-on-postgresql.md',
    'docs/fleet.md',
    'docs/glossary.md',
    'docs/http-api.md',
    'docs/install.md',
    'docs/journal.md',
  ],
  'docs/json.md',
  ...['docs/moving-from-guardian-wrapper.md', 'docs/systemd.md'],
]
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const scripts = (JSON.parse(read('package.json')) as {scripts: Record<string, string>}).scripts

describe.each(pages)('%s', (page) => {
  test('links only to files that are there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '')
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  test('names only npm scripts that are there', () => {
    const named = [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  test('names only paths of the repository that are there', () => {
    const paths = [...read(page).matchAll(/`((?:src|commands|test|clients|examples|bin)\/[\w./-]*)`/g)].map(
      ([, path]) => path ?? '',
    )
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

test('the README names every command', () => {
  const words = new Set(read('README.md').match(/[a-z-]+/g))
  const commands = fastGlob
    .sync('**/*.ts', {cwd: join(root, 'commands')})
    .flatMap((file) => file.replace('.ts', '').split('/'))
  expect(commands.filter((word) => !words.has(word))).toEqual([])
})

test('the README tells every exit code of guard itself', () => {
  const told = [...read('README.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  const own = Object.values(exitCodes)
  expect(own.filter((code) => !told.includes(code))).toEqual([])
})

test('the changelog has a section for what is not released', () => {
  expect(read('CHANGELOG.md')).toMatch(/^## Unreleased$/m)
})

test('CI runs the check command that CONTRIBUTING names, and that runs the tests', () => {
  expect(read('CONTRIBUTING.md')).toContain('npm run check')
  expect(read('.ci/run')).toContain('scripts/check.sh')
  expect(read('scripts/check.sh')).toContain('scripts/test.sh')
  expect(scripts['test']).toContain('scripts/test.sh')
})
