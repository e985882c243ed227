import {basename, join} from 'node:path'
import {rolldown} from 'rolldown'

/** Makes one plain file of a script of the tests, which many processes then start without loading TypeScript. */
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
