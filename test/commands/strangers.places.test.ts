import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, filesIn, isRoot, type Sandbox} from '../support/sandbox.js'
import {attackLimitMs, attackedCalls as calls, createStranger, strangerUid} from '../support/stranger.js'

/** Root's state, logs, caches and results in places where a second user does what he can. */

const job = ['run', '--job', 'j', '--', 'sh', '-c', 'echo out; exit 7']

function scene() {
  const box = createSandbox()
  const stranger = createStranger(box)
  const treasure = box.path('treasure')
  mkdirSync(treasure, {mode: 0o700})
  return {box, stranger, treasure}
}

/** What root has made in a folder of the stranger. */
function ofRootIn(folder: string): string[] {
  return filesIn(folder).filter((name) => {
    const stat = lstatSync(join(folder, name), {throwIfNoEntry: false})
    return stat?.uid === 0
  })
}

async function expectJobsToRun(box: Sandbox, env: Record<string, string> = {}): Promise<void> {
  for (let call = 0; call < calls; call++) {
    expect(await box.guardWith({env}, ...job)).toMatchObject({code: 7, stdout: 'out\n'})
  }
}

describe.skipIf(!isRoot)('a stranger', () => {
  test(
    'who swaps the folder above the state directory gets nothing written, and stops no job',
    async () => {
      const {box, stranger, treasure} = scene()
      const theirs = stranger.folder('theirs')
      const state = join(stranger.folder('theirs/way'), 'state')
      const attack = await stranger.keepOn(`
if not os.path.lexists('${theirs}/link'): os.symlink('${treasure}', '${theirs}/link')
swap('${theirs}/way', '${theirs}/link')`)
      await expectJobsToRun(box, {GUARD_STATE_DIR: state})
      expect((await box.guard('watchdog', '--state-dir', state)).code).toBe(73)
      expect(await attack.stop()).toBeGreaterThan(calls)
      expect([readdirSync(treasure), ofRootIn(theirs)]).toEqual([[], []])
    },
    attackLimitMs,
  )

  test(
    'who is first in a folder like /tmp gets no state and no log, and stops no job',
    async () => {
      const {box, stranger, treasure} = scene()
      mkdirSync(box.path('open'))
      chmodSync(box.path('open'), 0o1777)
      const [state, logs] = [box.path('open/state'), box.path('open/logs')]
      box.write('.guardianrc.json', JSON.stringify({logDir: 'open/logs'}))
      const attack = await stranger.keepOn(`
import random
for path in ['${state}', '${logs}']:
    try:
        os.symlink('${treasure}', path)
        # For a while, so that a run may meet the same link several times.
        for _ in range(random.randrange(300000)): pass
        os.unlink(path)
        os.mkdir(path, 0o755)
        os.rmdir(path)
    except OSError: pass`)
      for (const env of [{GUARD_STATE_DIR: state}, {GUARD_STATE_DIR: box.stateDir}]) {
        for (let call = 0; call < calls; call++) {
          expect(await box.guardWith({env}, ...job)).toMatchObject({code: 7, stdout: 'out\n'})
          expect(readdirSync(treasure)).toEqual([])
          // Who comes first is open again.
          for (const path of [state, logs]) rmSync(path, {recursive: true, force: true})
        }
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
      expect(readdirSync(treasure)).toEqual([])
      for (const name of readdirSync(box.path('open'))) {
        const {uid} = lstatSync(box.path(`open/${name}`))
        expect([name, uid === 0 || readdirSync(box.path(`open/${name}`)).length === 0]).toEqual([name, true])
      }
    },
    attackLimitMs,
  )

  test.each<[string, (box: Sandbox) => void, RegExp]>([
    ['that is theirs', ({path}) => chownSync(path('logs'), strangerUid, strangerUid), /logs belongs to user 4713/],
    ['that all may write', ({path}) => chmodSync(path('logs'), 0o777), /others may write \S*\/logs/],
    ['that all may write, like /tmp', ({path}) => chmodSync(path('logs'), 0o1777), /others may write \S*\/logs/],
  ])(
    'has no log written in a folder %s: it is said once, and the log is in the state directory',
    async (_title, spoil, why) => {
      const {box} = scene()
      mkdirSync(box.path('logs'))
      spoil(box)
      const settings = box.write(
        '.guardianrc.json',
        JSON.stringify({logDir: 'logs', jobs: {j: {command: ['echo', 'out']}}}),
      )
      const first = await box.guard('run', 'j')
      expect(first).toMatchObject({code: 0, stdout: 'out\n'})
      expect(first.stderr).toMatch(/^guard: logDir \S*\/logs is not used: .*; the logs go to the state directory\n$/)
      expect(first.stderr).toMatch(why)
      expect(await box.guard('run', 'j')).toMatchObject({code: 0, stdout: 'out\n', stderr: ''})
      expect([box.log('j'), readdirSync(box.path('logs'))]).toEqual(['out\nout\n', []])
      expect((await box.guard('logs', 'j')).stdout).toContain('out\n')
      const check = await box.guard('config', 'check')
      expect([check.code, check.stderr]).toEqual([
        78,
        expect.stringContaining(`${settings} has a problem\n    logDir: `),
      ])
      expect(check.stderr).toMatch(why)
    },
  )

  test('who left links, FIFOs and files of his in the state directory gets nothing written, and stops no job', async () => {
    const {box, treasure} = scene()
    const victim = box.write('treasure/victim', 'untouched\n')
    mkdirSync(join(box.stateDir, 'logs'), {recursive: true, mode: 0o700})
    const give = (name: string) => chownSync(join(box.stateDir, name), strangerUid, strangerUid)
    box.write('state/logs/guardian_j_output.log', 'theirs\n')
    give('logs/guardian_j_output.log')
    symlinkSync(victim, join(box.stateDir, 'logs/guardian.log'))
    symlinkSync(treasure, join(box.stateDir, 'spool'))
    symlinkSync(victim, join(box.stateDir, 'alerts.jsonl'))
    execFileSync('mkfifo', [join(box.stateDir, 'leases.jsonl')])
    box.write('state/runs.jsonl', '')
    give('runs.jsonl')
    await expectJobsToRun(box)
    expect(readFileSync(join(box.stateDir, 'logs/guardian_j_output.log'), 'utf8')).toBe('theirs\n')
    expect(readFileSync(join(box.stateDir, 'runs.jsonl'), 'utf8')).toBe('')
    expect([readdirSync(treasure), readFileSync(victim, 'utf8')]).toEqual([['victim'], 'untouched\n'])
  })

  test.each<[string, (box: Sandbox, log: string) => void]>([
    ['another user’s file', (_box, log) => chownSync(log, strangerUid, strangerUid)],
    ['a second name of a file', (box, log) => linkSync(log, box.path('second'))],
  ])('has no log written that is %s; the job runs, and it is said', async (_title, spoil) => {
    const {box} = scene()
    const log = box.write('state/logs/guardian_j_output.log', 'before\n')
    chmodSync(box.stateDir, 0o700)
    spoil(box, log)
    const ended = await box.guard(...job)
    expect(ended).toMatchObject({code: 7, stdout: 'out\n'})
    expect(ended.stderr).toMatch(/guardian_j_output\.log is not a plain file of this user; no log is kept/)
    expect(readFileSync(log, 'utf8')).toBe('before\n')
  })

  test(
    'who swaps the folder of the caches for a link has no entry written, and gives no settings',
    async () => {
      const {box, stranger, treasure} = scene()
      const theirs = stranger.folder('theirs')
      stranger.folder('theirs/guard')
      stranger.folder('theirs/.cache')
      box.write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', 'echo out; exit 7']}}}))
      // A file that has just changed is not cached, so the attack begins when it would be.
      const cached = () =>
        existsSync(box.path('home/.cache/guard')) &&
        readdirSync(box.path('home/.cache/guard')).some((name) => name.startsWith('settings-'))
      while (!cached()) await box.guard('run', 'j')
      const attack = await stranger.keepOn(`
for name in ['guard', '.cache']:
    if not os.path.lexists('${theirs}/link'): os.symlink('${treasure}', '${theirs}/link')
    swap('${theirs}/' + name, '${theirs}/link')
    swap('${theirs}/' + name, '${theirs}/link')`)
      for (const env of [{XDG_CACHE_HOME: theirs}, {HOME: theirs}]) {
        for (let call = 0; call < calls; call++) {
          expect(await box.guardWith({env}, 'run', 'j')).toMatchObject({code: 7, stdout: 'out\n'})
        }
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
      expect([readdirSync(treasure), ofRootIn(theirs)]).toEqual([[], []])
    },
    attackLimitMs,
  )

  test(
    'who watches the folder of temporary files changes no result of a job without a state directory',
    async () => {
      const {box, stranger} = scene()
      mkdirSync(box.path('open'))
      chmodSync(box.path('open'), 0o1777)
      const state = join(stranger.folder('theirs'), 'state')
      const attack = await stranger.keepOn(`
import glob
for path in glob.glob('${box.path('open')}/**', recursive=True):
    try: open(path + '/x', 'w').write('{"outcome": "healthy", "detail": "theirs"}')
    except OSError: pass
    try: os.rename(path, path + '.theirs')
    except OSError: pass
    if path.endswith('.json'):
        try: open(path, 'w').write('{"outcome": "healthy", "detail": "theirs"}')
        except OSError: pass`)
      const result = '{"outcome": "degraded", "detail": "own"}'
      for (let call = 0; call < calls; call++) {
        const line = `umask 0; echo '${result}' > "$GUARD_RESULT_FILE"; ls -ld "$(dirname "$GUARD_RESULT_FILE")" >&2`
        const env = {GUARD_STATE_DIR: state, TMPDIR: box.path('open')}
        const ended = await box.guardWith({env}, 'run', '--json', '--job', 'j', '--', 'sh', '-c', line)
        expect(JSON.parse(ended.stdout)).toMatchObject({outcome: 'degraded', exitCode: 0})
        expect(ended.stderr).toMatch(/^drwx------ /m)
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
      expect(readdirSync(box.path('open')).filter((name) => lstatSync(box.path(`open/${name}`)).uid === 0)).toEqual([])
      expect(existsSync(state)).toBe(false)
    },
    attackLimitMs,
  )
})
