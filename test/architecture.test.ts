import {existsSync, readFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import fastGlob from 'fast-glob'
import {parseSync} from 'rolldown/utils'
import {expect, test} from 'vitest'

const root = join(import.meta.dirname, '..')
const files = fastGlob.sync(['commands/**/*.ts', 'src/**/*.{ts,tsx}'], {cwd: root, ignore: ['**/*.d.ts']})

/** Each shelf may import itself and what is listed for it; types count too. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/errors.ts': [],
  'src/line-patterns.ts': ['src/domain'],
  'src/domain': ['src/errors.ts'],
  'src/journal': ['src/domain', 'src/errors.ts'],
  'src/system': ['src/domain', 'src/line-patterns.ts', 'src/errors.ts'],
  'src/config': ['src/domain', 'src/line-patterns.ts', 'src/errors.ts'],
  'src/usecases': ['src/domain', 'src/errors.ts'],
  // It runs in browsers and talks to the server by JSON alone.
  'src/http/dashboard': [],
  // What it asks of the machine comes in as an interface, which src/cli/wire makes.
  'src/http': ['src/domain', 'src/config', 'src/errors.ts'],
  'src/cli': ['src/usecases', 'src/domain', 'src/journal', 'src/system', 'src/config', 'src/http', 'src/errors.ts'],
  'src/library': ['src/usecases', 'src/domain', 'src/journal', 'src/system', 'src/config', 'src/errors.ts'],
  'src/index.ts': ['src/library', 'src/usecases', 'src/domain', 'src/system', 'src/errors.ts'],
  commands: ['src/cli', 'src/usecases', 'src/domain', 'src/config', 'src/errors.ts'],
}

/** What a shelf may have the types of, and no more: its parts come in as parameters. */
const mayImportTypes: Readonly<Record<string, readonly string[]>> = {
  'src/usecases': ['src/journal', 'src/system', 'src/config'],
  'src/http/dashboard': ['src/domain'],
}

/** Packages have one home; `node:` stands for Node's own modules. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/errors.ts': [],
  'src/line-patterns.ts': ['re2js'],
  'src/domain': [],
  'src/journal': ['node:'],
  'src/system': ['node:', 'execa', 'fast-glob', 'croner', 'nodemailer', 'undici', 'pg'],
  'src/config': ['node:', 'cosmiconfig', 'zod'],
  'src/usecases': [],
  'src/http/dashboard': ['preact', '@preact/signals'],
  'src/http': ['node:', 'hono', '@hono/node-server', '@hono/zod-openapi', 'prom-client', 'virtual:'],
  'src/cli': ['node:', '@oclif/core', 'chalk', 'fast-string-width', 'fast-wrap-ansi', 'listr2', 'virtual:'],
  'src/library': ['node:'],
  'src/index.ts': [],
  commands: [],
}

/** The floors of the domain: a folder imports lower floors only, so that no two folders need each other. */
const floors: Readonly<Record<string, number>> = {
  ...{settings: 1, journal: 1, job: 1, log: 1},
  ...{alert: 2, clock: 2},
  ...{failure: 3, lease: 3, locks: 3, openclaw: 3, schedule: 3},
  ...{crontab: 4, fleet: 4, run: 4},
  ...{recovery: 5, retry: 5, scheduler: 5, watchdog: 5},
  ...{breaker: 6, incident: 6},
  delivery: 7,
  ...{health: 8, 'message-text': 8},
  diagnose: 9,
}

interface Import {
  readonly file: string
  readonly name: string
  readonly isType: boolean
}

const imports = files.flatMap(importsOf)
const inner = imports
  .filter(({name}) => name.startsWith('.'))
  .map((one) => ({
    ...one,
    target: sourceOf(relative(root, join(root, dirname(one.file), one.name)).replace(/\.js$/, '')),
  }))

test('every shelf imports only the shelves below it', () => {
  const wrong = inner.filter(({file, target, isType}) => {
    const [from, to] = [shelfOf(file), shelfOf(target)]
    if (from === to || mayImport[from]?.includes(to)) return false
    return !(isType && mayImportTypes[from]?.includes(to))
  })
  expect(wrong.map(({file, target}) => `${file} -> ${target}`)).toEqual([])
})

test('every folder of the domain imports only lower floors', () => {
  const domain = inner.filter(({file}) => file.startsWith('src/domain/'))
  const wrong = domain.filter(({file, target}) => {
    const [from = '', to = ''] = [file, target].map((path) => path.split('/')[2])
    return from !== to && target.startsWith('src/domain/') && !((floors[to] ?? 9) < (floors[from] ?? 0))
  })
  expect(wrong.map(({file, target}) => `${file} -> ${target}`)).toEqual([])
})

test('no two folders of system import each other', () => {
  const folderOf = (path: string) => (path.startsWith('src/system/') ? (path.split('/')[2] ?? '') : '')
  const pairs = new Set(inner.map(({file, target}) => `${folderOf(file)} ${folderOf(target)}`))
  const mutual = [...pairs].filter((pair) => {
    const [from = '', to = ''] = pair.split(' ')
    return from !== '' && to !== '' && from < to && pairs.has(`${to} ${from}`)
  })
  expect(mutual).toEqual([])
})

test('every package is imported from its one home', () => {
  const wrong = imports.filter(({file, name}) => {
    if (name.startsWith('.')) return false
    return !packages[shelfOf(file)]?.some(
      (home) => name === home || name.startsWith(home.endsWith(':') ? home : `${home}/`),
    )
  })
  expect(wrong.map(({file, name}) => `${file} -> ${name}`)).toEqual([])
})

test('there are no import cycles', () => {
  const next = new Map(
    files.map((file) => [file, inner.filter((edge) => edge.file === file).map(({target}) => target)]),
  )
  const reaches = (from: string, goal: string, seen: Set<string>): boolean =>
    (next.get(from) ?? []).some((step) => {
      if (step === goal) return true
      if (seen.has(step)) return false
      seen.add(step)
      return reaches(step, goal, seen)
    })
  expect(files.filter((file) => reaches(file, file, new Set()))).toEqual([])
})

test('the domain knows no clock, no chance and no waiting', () => {
  const impure = /\bDate\.now\b|new Date\(\)|Math\.random|\bprocess\.|\basync\b|\bawait\b|\bsetTimeout\b/
  const found = files
    .filter((file) => file.startsWith('src/domain/'))
    .flatMap((file) =>
      withoutComments(read(file))
        .split('\n')
        .filter((line) => impure.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
  expect(found).toEqual([])
})

test('no module is a barrel, and no folder is called utils, helpers, common or types', () => {
  const barrels = files.filter(
    (file) => /^\s*export \* from/m.test(read(file)) || /(^|\/)index\.ts$/.test(file.replace('src/index.ts', '')),
  )
  expect(barrels).toEqual([])
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|types)(\/|\.ts$)/.test(file))).toEqual([])
})

test('every import leads to a file that is there', () => {
  expect(
    inner.filter(({target}) => !existsSync(join(root, target))).map(({file, target}) => `${file} -> ${target}`),
  ).toEqual([])
})

function importsOf(file: string): Import[] {
  const source = read(file)
  const found: Import[] = []
  const {module, program} = parseSync(file, source, {lang: file.endsWith('x') ? 'tsx' : 'ts'})
  for (const one of module.staticImports) {
    const isType = /^import\s+type\b/.test(source.slice(one.start, one.end))
    found.push({file, name: one.moduleRequest.value, isType})
  }
  for (const {entries, start, end} of module.staticExports) {
    const from = entries.find(({moduleRequest}) => moduleRequest)?.moduleRequest
    if (from) found.push({file, name: from.value, isType: /^export\s+type\b/.test(source.slice(start, end))})
  }
  for (const {moduleRequest} of module.dynamicImports) {
    found.push({file, name: source.slice(moduleRequest.start + 1, moduleRequest.end - 1), isType: false})
  }
  expect(program.type).toBe('Program')
  return found
}

function sourceOf(path: string): string {
  return existsSync(join(root, `${path}.tsx`)) ? `${path}.tsx` : `${path}.ts`
}

function shelfOf(file: string): string {
  return Object.keys(mayImport).find((shelf) => file === shelf || file.startsWith(`${shelf}/`)) ?? file
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
