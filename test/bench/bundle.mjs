import {rolldown} from 'rolldown'

/** Builds one file of a source of guard, or of a script that the suite has written. */
export async function bundle(input, file) {
  const build = await rolldown({
    input,
    platform: 'node',
    external: [/^node:/],
    resolve: {extensionAlias: {'.js': ['.ts', '.js']}},
    logLevel: 'silent',
  })
  await build.write({file, format: file.endsWith('.cjs') ? 'cjs' : 'esm', codeSplitting: false})
  await build.close()
  return file
}
