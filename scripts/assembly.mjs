// A plugin of the bundler and of the test runner: src/assembly/leases.ts, compiled, as the module `virtual:leases`.
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import asc from 'assemblyscript/asc'

const name = 'virtual:leases'
const root = fileURLToPath(new URL('..', import.meta.url))
const source = 'src/assembly/leases.ts'
const options = [
  '-O3',
  '--converge',
  '--runtime',
  'stub',
  '--noAssert',
  '--enable',
  'simd,bulk-memory',
  '--use',
  'abort=',
]

export function assembly() {
  let code
  return {
    name: 'assembly',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined
      code ??= compile()
      return {code: await code, moduleType: 'js'}
    },
  }
}

async function compile() {
  let binary
  const {error, stderr} = await asc.main([source, ...options, '--baseDir', root, '--outFile', 'leases.wasm'], {
    writeFile: (_, contents) => {
      binary = contents
    },
  })
  if (error) throw new Error(`${join(root, source)}: ${error.message}\n${stderr}`)
  return `export default ${JSON.stringify(Buffer.from(binary).toString('base64'))}`
}
