import {isStandalone} from '../../system/host/program.js'
import {version} from '../build-info.js'
import {useCompileCache} from './compile-cache.js'

/**
 * Where guard starts. A plain `guard run` goes straight to work, and `--version` needs none of it; all else loads oclif.
 * GUARD_FULL_CLI=1 sends it through oclif too, for comparison.
 */
loseWorkingDirectory(process.env)
takeBack(process.env)
useCompileCache()
const [, , command, ...rest] = process.argv
if (command === '--version' && rest.length === 0) process.stdout.write(`${versionText()}\n`)
else if (command === 'run' && !process.env['GUARD_FULL_CLI'])
  void import('./run-entry.js').then(({startRun}) => startRun(rest))
else void import('./oclif-main.js')

/** As oclif writes it, but with the runtime's true name: bun gives itself the version of a Node. */
function versionText(): string {
  const runtime = process.versions['bun'] === undefined ? `node-${process.version}` : `bun-v${process.versions['bun']}`
  return `guardian/${version} ${process.platform}-${process.arch} ${runtime}`
}

/** From a directory that has vanished, `bin/guard` goes to `/`, for bun starts nowhere else: it is as lost as on Node. */
function loseWorkingDirectory(env: NodeJS.ProcessEnv): void {
  if (env['GUARD_ASIDE_CWD'] === undefined) return
  delete env['GUARD_ASIDE_CWD']
  process.cwd = () => {
    throw Object.assign(new Error('ENOENT: the working directory has vanished'), {code: 'ENOENT', syscall: 'uv_cwd'})
  }
}

/** What `bin/guard` has put aside is meant for the jobs, and for all else that guard starts. */
function takeBack(env: NodeJS.ProcessEnv): void {
  const prefix = 'GUARD_ASIDE_'
  // The launcher's own, for the executable.
  if (isStandalone) delete env['BUN_GC_TIMER_DISABLE']
  const names = Object.keys(env)
  if (!names.some((name) => name.startsWith(prefix))) return
  // Another object: bun heeds or forgets some of its own variables when they are set in the old one.
  process.env = Object.fromEntries(
    names.map((name) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, env[name]]),
  )
}
