import {execFileSync} from 'node:child_process'
import {chownSync, truncateSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, isRoot, type Sandbox} from '../support/sandbox.js'
import {attackLimitMs, attackedCalls as calls, createStranger, strangerUid} from '../support/stranger.js'

/** A second user changes his own folder, in which root calls guard, as fast as he can. */

const settingsThat = (word: string) =>
  JSON.stringify({jobs: {j: {command: ['sh', '-c', `echo ${word}; exit 7`]}}, guardian: {}})

/** Root's own settings above a folder of the stranger, and other settings of root's elsewhere, which mean no harm there. */
function scene() {
  const box = createSandbox()
  const stranger = createStranger(box)
  box.write('.guardianrc.json', settingsThat('own').replace(',"guardian":{}', ''))
  box.write('elsewhere/.guardianrc.json', settingsThat('elsewhere').replace(',"guardian":{}', ''))
  box.write('elsewhere/package.json', JSON.stringify({guardian: JSON.parse(settingsThat('elsewhere'))}))
  stranger.folder('theirs')
  return {box, stranger}
}

function giveAway(box: Sandbox, name: string): void {
  chownSync(box.path(name), strangerUid, strangerUid)
}

const attacks: readonly (readonly [string, (box: Sandbox) => string])[] = [
  [
    'a settings file for a link to settings of root',
    ({path}) => `
os.symlink('${path('elsewhere/.guardianrc.json')}', '${path('theirs/new')}')
os.rename('${path('theirs/new')}', '${path('theirs/.guardianrc.json')}')
open('${path('theirs/new')}', 'w').write('${settingsThat('theirs')}')
os.rename('${path('theirs/new')}', '${path('theirs/.guardianrc.json')}')`,
  ],
  [
    'a package.json for a FIFO and a link',
    ({path}) => `
open('${path('theirs/new')}', 'w').write('{"guardian": {"jobs": {"j": {"command": ["echo", "theirs"]}}}}')
os.rename('${path('theirs/new')}', '${path('theirs/package.json')}')
os.mkfifo('${path('theirs/new')}')
os.rename('${path('theirs/new')}', '${path('theirs/package.json')}')
os.symlink('${path('elsewhere/package.json')}', '${path('theirs/new')}')
os.rename('${path('theirs/new')}', '${path('theirs/package.json')}')`,
  ],
  [
    'a settings file for a FIFO, a folder and a file of 3 GB',
    ({path}) => `
os.mkfifo('${path('theirs/new')}')
os.rename('${path('theirs/new')}', '${path('theirs/.guardianrc')}')
os.unlink('${path('theirs/.guardianrc')}')
os.mkdir('${path('theirs/.guardianrc')}')
os.rmdir('${path('theirs/.guardianrc')}')
open('${path('theirs/new')}', 'w').truncate(3 << 30)
os.rename('${path('theirs/new')}', '${path('theirs/.guardianrc')}')`,
  ],
]

describe.skipIf(!isRoot)('a stranger who swaps', () => {
  test.each(attacks)(
    '%s in his folder has no job of root run another command, and stops none',
    async (_title, work) => {
      const {box, stranger} = scene()
      const attack = await stranger.keepOn(work(box))
      for (let call = 0; call < calls; call++) {
        const ended = await box.guardWith({cwd: box.path('theirs')}, 'run', 'j')
        expect(ended).toMatchObject({code: 7, stdout: 'own\n'})
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
    },
    120_000,
  )

  test(
    'his folder for a link has no settings used that root names below it',
    async () => {
      const {box, stranger} = scene()
      const {path} = box
      stranger.folder('theirs/way')
      box.write('theirs/way/.guardianrc.json', settingsThat('theirs'))
      giveAway(box, 'theirs/way/.guardianrc.json')
      const attack = await stranger.keepOn(`
if not os.path.lexists('${path('theirs/link')}'): os.symlink('${path('elsewhere')}', '${path('theirs/link')}')
swap('${path('theirs/way')}', '${path('theirs/link')}')`)
      for (let call = 0; call < calls; call++) {
        const config = path('theirs/way/.guardianrc.json')
        expect(await box.guard('run', '--config', config, 'j')).toMatchObject({code: 78, stdout: ''})
        const line = await box.guard('run', '--config', config, '--', 'sh', '-c', 'exit 7')
        expect([line.code, line.stdout]).toEqual([7, ''])
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
    },
    attackLimitMs,
  )
})

test.skipIf(!isRoot)('a sparse package.json of a stranger costs a run no time', async () => {
  const {box} = scene()
  box.write('theirs/package.json', '{"guardian": {}}')
  giveAway(box, 'theirs/package.json')
  truncateSync(box.path('theirs/package.json'), 3 * 2 ** 30)
  const cpuMs = (cwd: string) =>
    Number(
      execFileSync('python3', ['-c', cpuOfRun, box.path('bin/guard'), 'run', 'j'], {
        ...{cwd, env: box.env(), encoding: 'utf8'},
      }),
    )
  // Of three, since a busy machine makes some of them dearer.
  const leastMs = (cwd: string) => Math.min(...[1, 2, 3].map(() => cpuMs(cwd)))
  // Reading 3 GB of zeros takes a second of processor time and more.
  expect(leastMs(box.path('theirs'))).toBeLessThan(leastMs(box.dir) + 500)
})

const cpuOfRun = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1000))`
