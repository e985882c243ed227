import {dirname} from 'node:path'
import {loaders} from 'virtual:commands'
import {manifest} from 'virtual:manifest'
import {flush} from '@oclif/core/flush'
import {run} from '@oclif/core/run'
import {GuardError} from '../../errors.js'
import {programFile} from '../../system/host/program.js'
import {pjson} from '../build-info.js'
import {oclifCommand} from '../command/oclif-command.js'
import {shieldTarget} from '../command/split-argv.js'
import {exitOnFault, reportError} from '../report-error.js'

/**
 * Help comes through here, and every call that is not plain. oclif gets its one plugin from memory, so that it
 * reads no package.json, no manifest and no folder.
 */
const plugin = {
  ...pjson,
  pjson,
  root: dirname(programFile()),
  alias: pjson.name,
  type: 'core',
  moduleType: 'commonjs',
  valid: true,
  isRoot: true,
  hasManifest: true,
  hooks: {},
  manifest,
  commandIDs: Object.keys(manifest.commands),
  topics: Object.entries((pjson.oclif as {topics?: Record<string, object>}).topics ?? {}).map(([name, topic]) => ({
    name,
    ...topic,
  })),
  commands: Object.values(manifest.commands).map((command) => ({...command, load: () => loadCommand(command.id)})),
  findCommand: loadCommand,
  load: async () => undefined,
}

async function loadCommand(id: string): Promise<unknown> {
  const command = (await loaders[id]?.())?.default
  return command && Object.assign(oclifCommand(command), {id, plugin})
}

function refuseUnknown(argv: readonly string[]): void {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0)
  const ids = Object.keys(manifest.commands)
  const first = words[0]
  if (first === undefined || first === 'help' || ids.some((id) => id === first || id.startsWith(`${first}:`))) return
  const near = ids.map((id) => id.split(':')[0] ?? id).filter((id) => id[0] === first[0])
  const meant = near.length > 0 ? `did you mean ${[...new Set(near)].join(' or ')}?` : undefined
  throw new GuardError('usage', `there is no command "${first}"`, [...(meant ? [meant] : []), 'see all: guard --help'])
}

/** The commands that start another program keep that program's flags from oclif. */
function shielded([command, ...rest]: readonly string[]): string[] {
  if (command === undefined) return []
  const {takesProgram, flags} = manifest.commands[command] ?? {}
  return [command, ...(takesProgram ? shieldTarget(rest, (name) => flags?.[name]?.type === 'option') : rest)]
}

async function main(given: readonly string[]): Promise<void> {
  const argv = shielded(given)
  const end = argv.indexOf('--')
  const json = argv.slice(0, end < 0 ? undefined : end).includes('--json')
  exitOnFault(json)
  try {
    refuseUnknown(argv)
    // Help is no failure, and no command to run is a question for help.
    await run(argv, {
      root: plugin.root,
      pjson: pjson as never,
      plugins: new Map([[plugin.name, plugin as never]]),
      devPlugins: false,
      userPlugins: false,
    })
  } catch (error) {
    const exit = (error as {oclif?: {exit?: number}}).oclif?.exit
    if (exit === 0) process.exitCode = 0
    else reportError(error, json)
  }
  await flush()
}

void main(process.argv.slice(2))
