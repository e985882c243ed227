// Writes dist/types/index.d.ts: the types of the library in one file. tsc writes a file for each source; of these only
// the declarations that the exports of src/index.ts need are kept, so that the package has no internal types.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const root = dirname(import.meta.dirname)
const emitted = mkdtempSync(join(tmpdir(), 'guard-types-'))
const target = join(root, 'dist/types')

/** The top-level statements of a declaration file, each with its comments. One ends with `;`, or but for a type with `}`. */
function statementsOf(text) {
  const statements = []
  let lines = []
  for (const line of text.split('\n')) {
    lines.push(line)
    const code = withoutComments(lines.join('\n')).trimEnd()
    const depth = code.split('{').length - code.split('}').length
    if (code.trim() === '' || code.includes('/*') || depth !== 0) continue
    if (!code.endsWith(';') && (!code.endsWith('}') || /^\s*(?:export )?type /.test(code))) continue
    statements.push(lines.join('\n').trim())
    lines = []
  }
  return statements
}

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

const files = new Map()

/** What a file declares, and from which file it takes other names. */
function read(file) {
  const known = files.get(file)
  if (known) return known
  const module = {declared: new Map(), from: new Map(), exported: []}
  files.set(file, module)
  for (const statement of statementsOf(readFileSync(file, 'utf8'))) {
    const code = withoutComments(statement).trim()
    const link = /^(import|export)(?: type)? \{([^}]*)\} from '(\.[^']+)\.js';$/.exec(code)
    const [, name] = /^(?:export )?(?:declare )?(?:interface|type|class|function|const) (\w+)/.exec(code) ?? []
    if (name) module.declared.set(name, statement)
    else if (link) {
      const names = link[2].split(',').map((each) => each.trim().replace(/^type /, ''))
      for (const each of names) module.from.set(each, join(dirname(file), `${link[3]}.d.ts`))
      if (link[1] === 'export') module.exported.push(...names)
    } else if (code !== 'export {};') throw new Error(`${file}: a statement of an unknown form: ${code}`)
  }
  return module
}

const kept = new Map()

/** Keeps a declaration and all that it names. */
function keep(file, name) {
  const module = read(file)
  const source = module.from.get(name)
  if (source) return keep(source, name)
  const statement = module.declared.get(name)
  if (!statement) return
  const same = kept.get(name)
  if (same && same.file !== file) throw new Error(`${name} is declared in ${file} and in ${same.file}`)
  if (same) return
  kept.set(name, {file, statement})
  for (const [word] of withoutComments(statement).matchAll(/\b[A-Za-z_]\w*\b/g)) keep(file, word)
}

try {
  const tsc = join(root, 'node_modules/.bin/tsc')
  execFileSync(tsc, ['-p', join(root, 'tsconfig.types.json'), '--outDir', emitted], {stdio: 'inherit'})
  const index = join(emitted, 'index.d.ts')
  const {exported} = read(index)
  for (const name of exported) keep(index, name)
  const bodies = [...kept.entries()].map(([name, {statement}]) => {
    const bare = statement.replace(/^export (?=declare|interface|type|class|function|const)/m, '')
    const declared = bare.replace(/^(?=(?:function|class|const) )/m, 'declare ')
    return exported.includes(name) ? declared.replace(/^(?=(?:declare|interface|type) )/m, 'export ') : declared
  })
  rmSync(target, {recursive: true, force: true})
  mkdirSync(target, {recursive: true})
  writeFileSync(join(target, 'index.d.ts'), `${bodies.join('\n\n')}\n\nexport {};\n`)
} finally {
  rmSync(emitted, {recursive: true, force: true})
}
