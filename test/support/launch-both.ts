import {mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {launchByHandle} from '../../src/system/launch-handle.js'
import type {JobCommand, Launched} from '../../src/system/process/job-command.js'
import {launchChild} from '../../src/system/process/launch.js'

/** Prints what becomes of some jobs, started in both ways: for the Node that runs this. */
const dir = mkdtempSync(join(tmpdir(), 'guard-launch-'))
const lines = [
  'printf "%s|" "$@" "$OWN" "$NONE"; pwd; echo said >&2; exit 7',
  'test "$(ps -o sid= -p $$ | tr -d " ")" = $$ && echo leads a session',
  'kill -TERM $$',
]

async function outcomes(launch: (command: JobCommand) => Promise<Launched | undefined>) {
  const seen: object[] = []
  for (const line of lines) {
    const file = join(dir, `${seen.length}`)
    const fd = openSync(file, 'w')
    const argv = ['/bin/sh', '-c', line, 'sh', 'two words', ''] as const
    const env = {PATH: '/usr/bin:/bin', OWN: 'ä=1', NONE: undefined}
    const launched = await launch({argv, env, stdout: fd, stderr: fd, interactive: false, cwd: '/usr'})
    seen.push({isLaunched: launched !== undefined, exit: await launched?.exited, text: readFileSync(file, 'utf8')})
  }
  return seen
}

const byHandle = await outcomes(async (command) => launchByHandle(command))
console.log(JSON.stringify({byHandle, byChild: await outcomes(launchChild)}))
rmSync(dir, {recursive: true})
