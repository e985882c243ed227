// The manifest tells oclif every command's flags without loading the command. Made in each build, never committed:
// a stale one hides commands.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Plugin} from '@oclif/core'
import {rolldown} from 'rolldown'

const adapter = join(import.meta.dirname, '../src/cli/command/oclif-command.ts')

export async function makeManifest({shared, commandTable, virtual, pjson}) {
  const dir = mkdtempSync(join(tmpdir(), 'guard-manifest-'))
  try {
    const index = commandTable
      .map(
        ({id, path}, n) =>
          `import c${n} from ${JSON.stringify(path)}; commands[${JSON.stringify(id)}] = oclifCommand(c${n});`,
      )
      .join('\n')
    const build = await rolldown({
      ...shared,
      input: {index: 'virtual:index'},
      plugins: [
        virtual({
          // The commands of the manifest that is made here do not run.
          'virtual:manifest': 'export const manifest = {commands: {}}',
          'virtual:dashboard': 'export const page = undefined',
          'virtual:index': `import {oclifCommand} from ${JSON.stringify(adapter)};\nexport const commands = {};\n${index}`,
        }),
      ],
    })
    await build.write({dir, format: 'cjs', entryFileNames: 'index.cjs'})
    await build.close()
    writeFileSync(join(dir, 'package.json'), '{}')
    const commands = {strategy: 'explicit', target: './index.cjs', identifier: 'commands'}
    const plugin = new Plugin({
      root: dir,
      isRoot: true,
      ignoreManifest: true,
      errorOnManifestCreate: true,
      pjson: {...pjson, oclif: {...pjson.oclif, commands}},
    })
    await plugin.load()
    return plugin.manifest
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}
