import {dirname} from 'node:path'
import {loaders} from 'virtual:commands'
import {manifest} from 'virtual:manifest'
import {Config} from '@oclif/core/config'
import {flush} from '@oclif/core/flush'
import {Help} from '@oclif/core/help'
import {run} from '@oclif/core/run'
import {programFile} from '../../system/host/program.js'
import {versionText} from '../build-info.js'
import {oclifCommand} from '../command/oclif-command.js'
import {shieldTarget} from '../command/split-argv.js'
import {exitOnFault, reportError} from '../output/report-error.js'
import {idOf} from './command-id.js'
import {flagHints, flagOfNoCommand, plainWords, seeFlags, unexpectedWord} from './suggestions.js'

declare const __GUARD_PJSON__: {readonly name: string; readonly version: string; readonly oclif: object}

/** Put in by the build, and here, because a run does not need it. */
const pjson = __GUARD_PJSON__

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

/** The commands that start another program keep that program's flags from oclif. */
function shielded([command, ...rest]: readonly string[]): string[] {
  if (command === undefined) return []
  const {takesProgram, flags} = manifest.commands[command] ?? {}
  return [command, ...(takesProgram ? shieldTarget(rest, (name) => flags?.[name]?.type === 'option') : rest)]
}

async function main(given: readonly string[]): Promise<void> {
  const argv = shielded(plainWords(given))
  const end = argv.indexOf('--')
  const own = argv.slice(0, end < 0 ? undefined : end)
  const json = own.includes('--json')
  exitOnFault(json)
  try {
    const unexpected = unexpectedWord(argv, manifest.commands) ?? flagOfNoCommand(argv, plugin.commandIDs)
    if (unexpected) throw unexpected
    const options = {
      root: plugin.root,
      pjson: pjson as never,
      plugins: new Map([[plugin.name, plugin as never]]),
      devPlugins: false,
      userPlugins: false,
    }
    // Help is not a failure, and a call without a command asks for help.
    if (argv.length === 0 || own.includes('--help') || own.includes('-h')) await showHelp(argv, options)
    else await run(argv, options)
  } catch (error) {
    const exit = (error as {oclif?: {exit?: number}}).oclif?.exit
    if (exit === 0) process.exitCode = 0
    else reportError(error, json, hintsFor(error, argv))
  }
  await flush()
}

/** As oclif does it, but with the runtime's true name. */
async function showHelp(argv: string[], options: Parameters<typeof Config.load>[0]): Promise<void> {
  const config = await Config.load(options)
  config.userAgent = versionText()
  await new Help(config).showHelp(argv)
}

/** oclif's error about unknown flags names them. */
function hintsFor(error: unknown, argv: readonly string[]): readonly string[] {
  const {flags} = error as {flags?: unknown}
  const id = idOf(argv, manifest.commands) ?? ''
  const command = manifest.commands[id]
  const unknown = Array.isArray(flags) ? flags.filter((flag) => typeof flag === 'string') : []
  return [...(command ? flagHints(unknown, Object.keys(command.flags)) : []), seeFlags(id)]
}

void main(process.argv.slice(2))
