import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {parseSync} from 'rolldown/utils'
import {expect, test} from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = fastGlob.sync(['commands/**/*.ts', 'src/**/*.{ts,tsx}'], {cwd: root, ignore: ['**/*.d.ts']})
const everywhere = fastGlob.sync(['{commands,src,test,scripts}/**/*.{ts,tsx,mts,mjs}'], {
  cwd: root,
  ignore: ['test/fixtures/**'],
})

const longestFile = 260
const longestFunction = 60

test(`no source file has more than ${longestFile} lines`, () => {
  const long = sources.filter((file) => read(file).trimEnd().split('\n').length > longestFile)
  expect(long).toEqual([])
})

test(`no function has more than ${longestFunction} lines`, () => {
  expect(sources.flatMap(longFunctionsOf)).toEqual([])
})

test('no two files export a type or a value of one name', () => {
  const homes = new Map<string, string[]>()
  for (const file of sources.filter((name) => name !== 'src/index.ts')) {
    for (const name of exportsOf(file)) homes.set(name, [...(homes.get(name) ?? []), file])
  }
  expect([...homes].filter(([, files]) => files.length > 1)).toEqual([])
})

test('every exported name is imported by another file', () => {
  const imported = new Set(everywhere.flatMap(importedNamesOf))
  const unused = sources
    .filter((file) => file.startsWith('src/') && file !== 'src/index.ts')
    .flatMap((file) => exportsOf(file).map((name) => ({file, name})))
    .filter(({name}) => !imported.has(name))
  expect(unused.map(({file, name}) => `${file}: ${name}`)).toEqual([])
})

test('what the sources export is used by the sources, not by tests alone', () => {
  const imported = new Set(sources.flatMap(importedNamesOf))
  const unused = sources
    .filter((file) => file.startsWith('src/') && file !== 'src/index.ts')
    .flatMap((file) => exportsOf(file).map((name) => ({file, name})))
    .filter(({file, name}) => !imported.has(name) && !isUsedIn(file, name))
  expect(unused.map(({file, name}) => `${file}: ${name}`)).toEqual([])
})

test('no two functions of a shelf do the same by the same steps', () => {
  const homes = new Map<string, string[]>()
  for (const file of sources.filter((name) => name.startsWith('src/')))
    for (const [name, steps] of functionsOf(file)) {
      const key = `${file.split('/')[1]} ${steps}`
      homes.set(key, [...(homes.get(key) ?? []), `${file}: ${name}`])
    }
  expect([...homes.values()].filter((places) => places.length > 1)).toEqual([])
})

function langOf(file: string): 'ts' | 'tsx' {
  return file.endsWith('x') ? 'tsx' : 'ts'
}

interface AstNode {
  readonly type: string
  readonly start: number
  readonly end: number
}

function longFunctionsOf(file: string): string[] {
  const text = read(file)
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length
  const found: string[] = []
  const visit = (node: unknown) => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    const {type, start, end} = node as AstNode
    if (/Function(Declaration|Expression)|MethodDefinition/.test(type ?? '')) {
      const lines = lineOf(end) - lineOf(start) + 1
      if (lines > longestFunction) found.push(`${file}:${lineOf(start)}: ${lines} lines`)
    }
    Object.values(node).forEach(visit)
  }
  visit(parseSync(file, text, {lang: langOf(file)}).program.body)
  return found
}

/** Whether a file uses a name beside declaring it. */
function isUsedIn(file: string, name: string): boolean {
  const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return (code.match(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g'))?.length ?? 0) > 1
}

/** Shorter functions may look alike by chance. Characters. */
const shortestSteps = 60

/** The functions of a file by name, each with the text of its steps without spaces. */
function functionsOf(file: string): readonly (readonly [string, string])[] {
  const text = read(file)
  return parseSync(file, text, {lang: langOf(file)}).program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declared?.type !== 'FunctionDeclaration' || !declared.id || !declared.body) return []
    const steps = text.slice(declared.body.start, declared.body.end).replace(/\/\/.*$|\s+/gm, '')
    return steps.length < shortestSteps ? [] : [[declared.id.name, steps] as const]
  })
}

function exportsOf(file: string): readonly string[] {
  const names = new Set<string>()
  for (const {entries} of parseSync(file, read(file), {lang: langOf(file)}).module.staticExports) {
    for (const {exportName} of entries) if (exportName.kind === 'Name' && exportName.name) names.add(exportName.name)
  }
  return [...names]
}

/** The names that a file takes from others: by import statements, re-exports and properties of awaited `import()`. */
function importedNamesOf(file: string): readonly string[] {
  const text = read(file)
  const {module} = parseSync(file, text, {lang: langOf(file)})
  const fromImports = module.staticImports.flatMap(({entries}) =>
    entries.flatMap(({importName}) => (importName.kind === 'Name' && importName.name ? [importName.name] : [])),
  )
  const fromExports = module.staticExports.flatMap(({entries}) =>
    entries.flatMap(({moduleRequest, importName}) => (moduleRequest && importName.name ? [importName.name] : [])),
  )
  const late = [
    ...text.matchAll(
      /\{([\w\s,:]+)\} = await import\(|\.then\(\(\{([\w\s,:]+)\}\) =>|import\('[^']+'\)\)?\.(?!then)(\w+)/g,
    ),
  ]
  const fromLate = late.flatMap((names) =>
    names.slice(1).flatMap((list = '') => list.split(',').map((one) => one.split(':')[0]?.trim() ?? '')),
  )
  return [...fromImports, ...fromExports, ...fromLate]
}
