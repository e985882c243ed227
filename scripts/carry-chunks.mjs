import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'

/** A chunk beyond this is somebody else's library, which few commands load: it stays a file. */
const mostBytes = 70_000

/**
 * The source of one file that carries the chunks which the commands in `cliFile` require as soon as they are loaded.
 * Chunks have no code cache; one file with them has, and `guard history` takes 2.0 times the CPU of bare Node instead
 * of 2.5. Each chunk is put where `require` looks first, as a function that runs when somebody asks for it.
 */
export function carryChunks(dist, cliFile) {
  const names = readdirSync(dist).filter((name) => name.endsWith('.cjs') && statSync(join(dist, name)).size < mostBytes)
  const isRequired = new Map()
  const visit = (name) => {
    if (isRequired.has(name) || !names.includes(name)) return
    const text = readFileSync(join(dist, name), 'utf8')
    isRequired.set(name, text)
    for (const [, next] of text.matchAll(/[=,]require\("\.\/([\w-]+\.cjs)"\)/g)) if (next !== cliFile) visit(next)
  }
  const commands = readFileSync(join(dist, cliFile), 'utf8').matchAll(/require\("\.\/([\w-]+\.cjs)"\)/g)
  for (const [, name] of commands) visit(name)
  const table = Array.from(isRequired, ([name, text]) => `${JSON.stringify(name)}(exports,module){${text}\n}`)
  return `const chunks={${table.join(',')}};for(const name of Object.keys(chunks)){const filename=__dirname+"/"+name;let own;require.cache[filename]={id:filename,filename,loaded:true,children:[],get exports(){if(!own){own={exports:{}};chunks[name](own.exports,own)}return own.exports}}}`
}
