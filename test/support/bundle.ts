import {basename, join} from 'node:path'
import {rolldown} from 'rolldown'

/** Bundles a script of the tests into one file, so that many processes can start it without loading TypeScript. */
export async function bundleScript(source: string, dir: string): Promise<string> {
  const build = await rolldown({
    input: source,
    platform: 'node',
    external: [/^node:/],
    resolve: {extensionAlias: {'.js': ['.ts']}},
    logLevel: 'silent',
  })
  const file = join(dir, basename(source).replace(/\.ts$/, '.mjs'))
  await build.write({file, format: 'esm', codeSplitting: false})
  await build.close()
  return file
}
