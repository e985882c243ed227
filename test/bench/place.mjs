import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const root = dirname(dirname(import.meta.dirname))

/** The node that runs the bench, and the built program as cron would start it, in the form that GUARD_FORM names. */
export const node = process.execPath
export const form = process.env.GUARD_FORM === 'standalone' ? 'standalone' : 'node'
export const guard = [join(root, form === 'node' ? 'bin/guard' : 'dist/standalone/guard')]

/** The goal of a suite, which differs by form. */
export const goalOf = (goals) => goals[form]
export const bare = [node, join(import.meta.dirname, 'bare.cjs')]
export {root}

/** A new home and cron's environment, so that the caller's environment does not change the figures. */
export function createPlace() {
  const dir = mkdtempSync(join(tmpdir(), 'guard-bench-'))
  const env = (more = {}) => ({
    // `#!/usr/bin/env node` must find the measured Node.
    PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: dir,
    LOGNAME: 'bench',
    SHELL: '/bin/sh',
    ...more,
  })
  const command = (argv, more = {}) => ({argv, env: env(more.env), cwd: more.cwd ?? dir})
  return {
    dir,
    env,
    command,
    path: (name) => join(dir, name),
    write: (name, text) => {
      writeFileSync(join(dir, name), text)
      return join(dir, name)
    },
    start: (argv, more = {}) =>
      spawn(argv[0], argv.slice(1), {cwd: dir, env: env(more.env), stdio: 'ignore', ...more.spawn}),
    remove: () => rmSync(dir, {recursive: true, force: true}),
  }
}

/** Runs commands once, in order, and returns CPU time, wall time and memory of each. */
export function measureOnce(commands) {
  const {stdout, status, stderr} = spawnSync('python3', [join(import.meta.dirname, 'measure.py')], {
    input: JSON.stringify({commands}),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`python3 is needed to measure processes: ${stderr || 'it is not installed'}`)
  return JSON.parse(stdout)
}

export function hasProgram(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`], {stdio: 'ignore'}).status === 0
}
