import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseSync} from 'rolldown/utils'
import {expect, test} from 'vitest'

/** Each promise of SECURITY.md names its tests as `- \`FILE\`: TITLE`, the title with those of the groups around it. */

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const promised = [...page.matchAll(/^ +- `(test\/[\w./-]+)`: (.+)$/gm)].map(([, file = '', title = '']) => ({
  file,
  title,
}))

test('each test that SECURITY.md names exists', () => {
  const missing = promised.filter(({file, title}) => !existsSync(join(root, file)) || !titlesOf(file).includes(title))
  expect(missing).toEqual([])
})

test('each promise of SECURITY.md names a test or the promises whose tests check it', () => {
  const promises = page.slice(page.indexOf('## What guard promises'), page.indexOf('## What guard does not promise'))
  const unchecked = promises
    .split(/^(?=\d+\. )/m)
    .slice(1)
    .filter((text) => !/^ +- `test\//m.test(text) && !/The tests of \d to \d check it\./.test(text))
  expect([unchecked, promised.length > 10]).toEqual([[], true])
})

test('SECURITY.md is part of the package', () => {
  const {files} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {files: readonly string[]}
  expect(files).toContain('SECURITY.md')
})

interface AstNode {
  readonly type?: string
  readonly name?: string
  readonly value?: unknown
  readonly callee?: AstNode
  readonly object?: AstNode
  readonly arguments?: readonly AstNode[]
}

function titlesOf(file: string): readonly string[] {
  const titles: string[] = []
  const visit = (node: unknown, above: string) => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, above)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const title = titleOf(node)
    const full = title === undefined ? above : `${above} ${title}`.trim()
    if (title !== undefined) titles.push(full)
    for (const each of Object.values(node)) visit(each, full)
  }
  visit(parseSync(file, readFileSync(join(root, file), 'utf8'), {lang: 'ts'}).program.body, '')
  return titles
}

/** @returns undefined for what is neither a test nor a group of tests */
function titleOf({type, callee, arguments: given}: AstNode): string | undefined {
  const title = given?.[0]?.value
  if (type !== 'CallExpression' || typeof title !== 'string') return undefined
  let called = callee
  while (called && called.name === undefined) called = called.callee ?? called.object
  return called?.name === 'test' || called?.name === 'describe' ? title : undefined
}
