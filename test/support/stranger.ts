import {type ChildProcess, spawn} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync} from 'node:fs'
import {onTestFinished} from 'vitest'
import type {Sandbox} from './sandbox.js'

/** How often guard is called during each attack. */
export const attackedCalls = process.env['GUARD_TORTURE'] === 'long' ? 200 : 8

/** Of a test with an attack. */
export const attackLimitMs = attackedCalls * 15_000

/** Of nobody else: other tests look at the processes of nobody meanwhile. */
export const strangerUid = 4713

/** A second user with an account on the machine. */
export interface Stranger {
  /** A folder that belongs to him, in the sandbox. */
  folder(name: string): string
  /** Runs a line of Python as this user, again and again until the test ends or `stop` is called. */
  keepOn(work: string): Promise<Attack>
}

export interface Attack {
  /** @returns how often the work was done */
  stop(): Promise<number>
}

/** The work runs in a loop without a pause; an error of one round, such as a file that is just away, ends nothing. */
const loop = `import os, sys, signal
rounds, running = 0, True
def end(*_):
    global running
    running = False
signal.signal(signal.SIGTERM, end)
def swap(one, other):
    import ctypes
    # RENAME_EXCHANGE: there is no moment at which one of the two names is missing.
    if ctypes.CDLL(None, use_errno=True).renameat2(-100, one.encode(), -100, other.encode(), 2) != 0:
        raise OSError(ctypes.get_errno(), 'renameat2')
work = compile(sys.argv[1], 'work', 'exec')
names = {'os': os, 'swap': swap}
print('ready', flush=True)
while running:
    try:
        exec(work, names)
        rounds += 1
    except OSError:
        pass
print(rounds, flush=True)
`

/** Root only. The sandbox becomes a place that others may enter. */
export function createStranger(box: Sandbox): Stranger {
  chmodSync(box.dir, 0o755)
  return {
    folder: (name) => {
      mkdirSync(box.path(name), {recursive: true})
      chownSync(box.path(name), strangerUid, strangerUid)
      return box.path(name)
    },
    keepOn: async (work) => {
      const user = [`--reuid=${strangerUid}`, `--regid=${strangerUid}`, '--clear-groups']
      const child = spawn('setpriv', [...user, 'python3', '-c', loop, work], {
        cwd: '/',
        // The first python3 of root's own path may stand in his home, where nobody else can start it.
        env: {PATH: '/usr/local/bin:/usr/bin:/bin'},
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      onTestFinished(() => {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      })
      await firstOutput(child)
      return {stop: () => stopped(child)}
    },
  }
}

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = ''
    child.stderr?.on('data', (piece: Buffer) => {
      errors += piece.toString()
    })
    child.stdout?.once('data', () => resolve())
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the stranger ended with ${code}: ${errors}`)))
  })
}

function stopped(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString()
    })
    child.once('close', () => resolve(Number(text.trim())))
    child.kill('SIGTERM')
  })
}
