import {loaders} from 'virtual:commands'
import {isStandalone} from '../../system/host/program.js'
import {takeCaller, theCaller} from '../../system/process/caller.js'
import {keepIgnored} from '../../system/process/own-signals.js'
import {versionText} from '../build-info.js'
import {writeOut} from '../output/stdout.js'
import {idOf} from './command-id.js'
import {useCompileCache} from './compile-cache.js'

/**
 * Where guard starts. A plain call of a command goes straight to work, and `--version` needs none of it; help, and what is
 * not plain or wrong, load oclif. GUARD_FULL_CLI=1 sends everything through oclif, for comparison.
 */
takeBack(process.env)
takeCaller(process.env)
loseWorkingDirectory()
keepIgnored()
useCompileCache()
const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) writeOut(`${versionText()}\n`)
else void start(argv)

async function start(argv: readonly string[]): Promise<void> {
  const id = process.env['GUARD_FULL_CLI'] ? undefined : idOf(argv, loaders)
  if (id === undefined || !(await startedPlainly(id, argv.slice(id.split(':').length)))) await import('./oclif-main.js')
}

async function startedPlainly(id: string, argv: readonly string[]): Promise<boolean> {
  const command = (await loaders[id]?.())?.default
  const {startPlainly} = await import('./start-plainly.js')
  return command !== undefined && startPlainly(command, argv)
}

/** From a directory that has vanished, `bin/guard` goes to `/`, for bun starts nowhere else: it is as lost as on Node. */
function loseWorkingDirectory(): void {
  if (theCaller().leftDirectory === undefined) return
  process.cwd = () => {
    throw Object.assign(new Error('ENOENT: the working directory has vanished'), {code: 'ENOENT', syscall: 'uv_cwd'})
  }
}

/** What `bin/guard` has put aside is meant for the jobs, and for all else that guard starts. */
function takeBack(env: NodeJS.ProcessEnv): void {
  const prefix = 'GUARD_ASIDE_'
  // What the launcher sets for the executable alone.
  const launchersOwn = ['BUN_GC_TIMER_DISABLE', 'BUN_JSC_useDFGJIT', 'BUN_JSC_thresholdForJITAfterWarmUp']
  if (isStandalone) for (const name of launchersOwn) delete env[name]
  const names = Object.keys(env)
  if (!names.some((name) => name.startsWith(prefix))) return
  // Another object: bun heeds or forgets some of its own variables when they are set in the old one.
  process.env = Object.fromEntries(
    names.map((name) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, env[name]]),
  )
}
