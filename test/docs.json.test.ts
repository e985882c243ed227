import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {expect, test} from 'vitest'
import {createSandbox} from './support/sandbox.js'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/json.md'), 'utf8')
const settings = /^```yaml\n([^`]*)```$/m.exec(page)?.[1] ?? ''
const examples = [...page.matchAll(/^```sh\n([^`]*)```\n\n^```json\n([^`]*)```$/gm)].map(
  ([, command = '', output = '']) => ({command, output}),
)

const anyShape: unknown = expect.anything()
const or = ' or '

/** The keys and types of a value; of a list, those that its items have together. `…` stands for anything. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(together)]
  if (typeof value !== 'object') return value === '…' ? anyShape : typeof value
  // The id of the machine is absent in a container.
  const entries = Object.entries(value).filter(([key, each]) => key !== 'machine' || typeof each !== 'string')
  return Object.fromEntries(entries.map(([key, each]) => [key, shapeOf(each)]))
}

function together(one: unknown, other: unknown): unknown {
  if (one === anyShape || other === anyShape) return anyShape
  if (Array.isArray(one) && Array.isArray(other))
    return one.length + other.length === 0 ? [] : [[...one, ...other].reduce(together)]
  if (typeof one !== 'object' || typeof other !== 'object') return anyTypeOf(one, other)
  const all: Record<string, unknown> = {...one}
  for (const [key, shape] of Object.entries(other ?? {})) all[key] = key in all ? together(all[key], shape) : shape
  return all
}

function anyTypeOf(one: unknown, other: unknown): unknown {
  if (typeof one !== 'string' || typeof other !== 'string') return 'of types that differ in kind'
  return [...new Set([...one.split(or), ...other.split(or)])].sort().join(or)
}

/** What may be printed where the page shows this: of the types that items of a list have, each machine has some. */
function allowedBy(shape: unknown): unknown {
  if (shape === anyShape) return shape
  if (Array.isArray(shape)) return shape.map(allowedBy)
  if (typeof shape === 'object' && shape !== null)
    return Object.fromEntries(Object.entries(shape).map(([key, each]) => [key, allowedBy(each)]))
  if (typeof shape !== 'string' || !shape.includes(or)) return shape
  const types = shape.split(or)
  return expect.toSatisfy((printed) =>
    String(printed)
      .split(or)
      .every((type) => types.includes(type)),
  )
}

test('every example of the page about JSON has the keys and types that guard prints', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  for (const {command, output} of examples) {
    let {stdout, stderr} = await box.sh(command)
    // On a busy machine guard may begin later than the page needs.
    if (stdout === '') ({stdout, stderr} = await box.sh(command.replace(/^timeout 2 /, 'timeout 30 ')))
    const printed = stdout.startsWith('{') ? shapeOf(JSON.parse(stdout)) : {stdout, stderr}
    expect({command, printed}).toEqual({command, printed: allowedBy(shapeOf(JSON.parse(output)))})
  }
}, 240_000)

test('the page has an example of every command', () => {
  const commands = fastGlob
    .sync('**/*.ts', {cwd: join(root, 'commands')})
    .map((file) => `guard ${file.replace('.ts', '').replaceAll('/', ' ')}`)
  const shown = examples.map(({command}) => command)
  expect(commands.filter((command) => !shown.some((text) => text.includes(`${command} `)))).toEqual([])
})

test('every command of the page is followed by what it prints', () => {
  expect(examples.length).toBeGreaterThan(30)
  expect(examples).toHaveLength(page.match(/^```sh$/gm)?.length ?? 0)
})
