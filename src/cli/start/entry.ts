import {cachedRequire} from '../cached-require.js'

/** The commands, `lease acquire` and the like; put in by the build. */
declare const __GUARD_COMMANDS__: string

/**
 * Where guard starts. A plain `guard run` or `guard watchdog` goes straight to work without oclif, which all else loads.
 * GUARD_FULL_CLI=1 sends them through oclif too, for comparison.
 */
const [, , command, flag] = process.argv
const isPlain = command === 'run' ? flag !== '--help' : command === 'watchdog' && flag === undefined
const {isTaken} =
  isPlain && !process.env['GUARD_FULL_CLI']
    ? (cachedRequire(`${command}.cjs`) as {readonly isTaken: boolean})
    : {isTaken: false}
if (!isTaken) loadCli(useOf(process.argv))

/** What stands in the files is run when oclif asks for it; what each use of them has used, its own code caches hold. */
function loadCli(use: string): void {
  if (!use.endsWith('help') && use !== 'version') cachedRequire('commands.cjs', `commands.${use}`)
  cachedRequire('cli.cjs', `cli.${use}`)
}

/** The command that is meant, or `version` or `help`. */
function useOf([, , first = '', second = '', ...rest]: readonly string[]): string {
  if (first === '--version') return 'version'
  const command = [`${first} ${second}`, first].find((name) => __GUARD_COMMANDS__.split('|').includes(name))
  if (command === undefined) return 'help'
  // A hyphen ends the name of the use in the name of the cache.
  return command.replace(/[ -]/g, '.') + ([second, ...rest].at(-1) === '--help' ? '.help' : '')
}
