import {execFileSync} from 'node:child_process'
import {chmodSync, lutimesSync, mkdirSync, symlinkSync, unlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, test} from 'vitest'
import {judgeLock, type LockFacts} from '../../../src/domain/locks/lock.js'
import {inspectLocks, readLocalNames} from '../../../src/system/locks/inspect.js'
import {endGroup, startReady} from '../../support/child.js'
import {tempDir} from '../../support/temp-dir.js'

const minAgeMs = 600_000
const judge = (facts: LockFacts) => judgeLock(facts, {...readLocalNames(), now: Date.now(), minAgeMs})

/** Inspects and judges one file. */
function look(path: string) {
  const [facts] = inspectLocks([path])
  if (!facts) throw new Error(`${path} is gone`)
  return {...judge(facts), facts}
}

function lockFile(content: string, ageMs = 0): string {
  const path = join(tempDir(), 'job.lock')
  writeFileSync(path, content)
  backdate(path, ageMs)
  return path
}

function backdate(path: string, ageMs: number): void {
  const seconds = (Date.now() - ageMs) / 1000
  utimesSync(path, seconds, seconds)
}

/** The pid of a process that has ended. */
function deadPid(): string {
  return execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'})
}

test('a lock held by flock(1) is held, and stale once that has ended', async () => {
  const path = lockFile('', 2 * minAgeMs)
  const holder = await startReady('flock', path, 'sh', '-c', 'echo ready; sleep 300')
  expect(look(path)).toMatchObject({verdict: 'held', reason: expect.stringMatching(/holds a kernel lock on it/)})
  await endGroup(holder)
  await expect.poll(() => look(path).verdict).toBe('stale')
})

test('a lock held by fcntl(2) is held by the process that took it', async () => {
  const path = lockFile('', 2 * minAgeMs)
  const script = `
import fcntl, time
file = open(${JSON.stringify(path)}, 'r+')
fcntl.lockf(file, fcntl.LOCK_EX)
print('ready', flush=True)
time.sleep(300)`
  const holder = await startReady('python3', '-c', script)
  const {verdict, facts} = look(path)
  expect(verdict).toBe('held')
  expect(facts.holders).toContainEqual({pid: holder.pid, program: expect.stringMatching(/python/), by: 'kernel-lock'})
  await endGroup(holder)
  expect(look(path).verdict).toBe('stale')
})

test('a lock that a process merely has open is held', async () => {
  const path = lockFile('', 2 * minAgeMs)
  const holder = await startReady('sh', '-c', `exec 9<>${path}; echo ready; sleep 300`)
  expect(look(path).facts.holders).toContainEqual({pid: holder.pid, program: 'sh', by: 'open-file'})
  await endGroup(holder)
  // A child of the shell has the file open too, and may die a moment later.
  await expect.poll(() => look(path).verdict).toBe('stale')
})

test('a file that is open under another name is held as well', async () => {
  const path = lockFile('', 2 * minAgeMs)
  const other = `${path}.link`
  execFileSync('ln', [path, other])
  await startReady('sh', '-c', `exec 9<>${other}; echo ready; sleep 300`)
  expect(look(path).verdict).toBe('held')
})

test('a lock is held while the process that it names is alive, and stale after its end', async () => {
  const owner = await startReady('sh', '-c', 'echo ready; exec sleep 300')
  const path = lockFile(`${owner.pid} ${hostname()}\n`)
  expect(look(path)).toMatchObject({verdict: 'held', reason: expect.stringMatching(/its owner is running/)})
  await endGroup(owner)
  expect(look(path)).toMatchObject({verdict: 'stale', reason: expect.stringMatching(/is gone/)})
})

test('a process that reuses the pid of the owner is not the owner', async () => {
  const reuse = await startReady('sh', '-c', 'echo ready; exec sleep 300')
  const path = lockFile(`${reuse.pid}`, 60_000)
  expect(look(path)).toMatchObject({verdict: 'stale', reason: expect.stringMatching(/after the lock was written/)})
})

test('a link to a lock is kept, whether flock(1) holds that or it names a living process, and one to nowhere is stale', async () => {
  const locked = lockFile('', 2 * minAgeMs)
  const owner = await startReady('flock', locked, 'sh', '-c', 'echo ready; exec sleep 300')
  const naming = lockFile(`${owner.pid}\n`)
  for (const target of [locked, naming]) {
    const link = join(tempDir(), 'job.lock')
    symlinkSync(target, link)
    lutimesSync(link, 0, 0)
    expect(look(link)).toMatchObject({verdict: 'kept', reason: `is a link to ${target}, which may be in use`})
    unlinkSync(target)
    expect(look(link).verdict).toBe('stale')
  }
})

test('a zombie owns nothing', async () => {
  // The parent must never wait for its child, which a shell might do before its exec.
  const script = 'import os, time\nif os.fork() == 0: os._exit(0)\nprint("ready", flush=True)\ntime.sleep(300)'
  const parent = await startReady('python3', '-c', script)
  const child = execFileSync('pgrep', ['-P', String(parent.pid)], {encoding: 'utf8'}).trim()
  const path = lockFile(child)
  await expect.poll(() => look(path).verdict).toBe('stale')
})

test.each([
  ['a file', (dir: string) => writeFileSync(join(dir, 'job.lock'), deadPid())],
  ['JSON', (dir: string) => writeFileSync(join(dir, 'job.lock'), `{"pid": ${deadPid()}, "host": "${hostname()}"}`)],
  ['a link as Firefox makes it', (dir: string) => symlinkSync(`127.0.0.1:+${deadPid().trim()}`, join(dir, 'job.lock'))],
  [
    'a directory with a pid file',
    (dir: string) => {
      mkdirSync(join(dir, 'job.lock'))
      writeFileSync(join(dir, 'job.lock', 'pid'), deadPid())
    },
  ],
])('a lock of a process that is gone is stale as %s, however young', (_title, make) => {
  const dir = tempDir()
  make(dir)
  expect(look(join(dir, 'job.lock'))).toMatchObject({verdict: 'stale', reason: expect.stringMatching(/is gone/)})
})

test('a directory with data is not a lock', () => {
  const dir = join(tempDir(), 'job.lock')
  mkdirSync(join(dir, 'data'), {recursive: true})
  backdate(dir, 2 * minAgeMs)
  expect(look(dir).verdict).toBe('kept')
})

test('a pipe is not a lock, and does not block the inspection', () => {
  const path = join(tempDir(), 'job.lock')
  execFileSync('mkfifo', [path])
  expect(look(path).verdict).toBe('kept')
})

test('a file that is gone is left out', () => {
  expect(inspectLocks([join(tempDir(), 'gone.lock')])).toEqual([])
})

test.skipIf(process.geteuid?.() !== 0)(
  'an ordinary user proves nothing about the locks of users whose processes it may not look into',
  () => {
    const foreign = lockFile('', 2 * minAgeMs)
    const own = lockFile('', 2 * minAgeMs)
    const unreadable = lockFile('', 2 * minAgeMs)
    execFileSync('chown', [`${stranger}`, own])
    chmodSync(unreadable, 0o600)
    for (const path of [foreign, own, unreadable]) chmodSync(dirname(path), 0o755)

    expect(asStranger(() => [foreign, own, unreadable].map((path) => look(path)))).toMatchObject([
      {verdict: 'kept', reason: expect.stringMatching(/its open files cannot be seen/)},
      {verdict: 'stale'},
      {verdict: 'kept', reason: expect.stringMatching(/is not readable by this user/)},
    ])
  },
)

test.skipIf(process.geteuid?.() !== 0)('a kernel lock of another user is visible to every user', async () => {
  const path = lockFile('', 2 * minAgeMs)
  execFileSync('chown', [`${stranger}`, path])
  chmodSync(dirname(path), 0o755)
  await startReady('flock', path, 'sh', '-c', 'echo ready; sleep 300')
  expect(asStranger(() => look(path))).toMatchObject({verdict: 'held', reason: expect.stringMatching(/kernel lock/)})
})

/** A user of whom nothing runs: processes of `nobody` come and go while tests run beside this one. */
const stranger = 47_113

function asStranger<T>(work: () => T): T {
  process.seteuid?.(stranger)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}
