import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, isRoot} from '../support/sandbox.js'
import {attackLimitMs, attackedCalls as calls, createStranger, strangerUid} from '../support/stranger.js'
import {tempDir} from '../support/temp-dir.js'

/** Root clears stale locks below a folder of a second user, who swaps folders as fast as he can. */

/** A pid that no process has: it is above the highest. */
const gonePid = '4194304999'

/** Root's own folder with a lock that is as stale as any, which no pattern names. */
function treasureIn(dir: string) {
  const folder = join(dir, 'treasure')
  mkdirSync(folder)
  writeFileSync(join(folder, 'x.lock'), gonePid)
  utimesSync(join(folder, 'x.lock'), 1, 1)
  const {ino} = lstatSync(join(folder, 'x.lock'))
  const isUntouched = () => {
    expect(readdirSync(folder)).toEqual(['x.lock'])
    const stat = lstatSync(join(folder, 'x.lock'))
    expect([stat.ino, stat.nlink, readFileSync(join(folder, 'x.lock'), 'utf8')]).toEqual([ino, 1, gonePid])
  }
  return {folder, isUntouched}
}

const devices: readonly (readonly [string, string | undefined])[] = [
  ['on the device of the state directory', undefined],
  ['on another device', '/dev/shm'],
]

describe.skipIf(!isRoot).each(devices)('a stranger who swaps his folder for a link, %s,', (_title, device) => {
  function scene() {
    const box = createSandbox()
    const stranger = createStranger(box)
    const dir = tempDir(device)
    chmodSync(dir, 0o755)
    const theirs = join(dir, 'theirs')
    mkdirSync(join(theirs, 'way'), {recursive: true})
    for (const path of [theirs, join(theirs, 'way')]) chownSync(path, strangerUid, strangerUid)
    const treasure = treasureIn(dir)
    const work = `
if not os.path.lexists('${theirs}/link'): os.symlink('${treasure.folder}', '${theirs}/link')
open('${theirs}/way/x.lock', 'w').write('${gonePid}')
swap('${theirs}/way', '${theirs}/link')
swap('${theirs}/way', '${theirs}/link')`
    return {box, stranger, theirs, treasure, work}
  }

  test(
    'has no lock cleared that the pattern does not name',
    async () => {
      const {box, stranger, theirs, treasure, work} = scene()
      const attack = await stranger.keepOn(work)
      for (let call = 0; call < calls; call++) {
        const ended = await box.guard(
          'locks',
          'clear',
          '--min-age',
          '0s',
          ...(call % 2 ? ['--force'] : []),
          `${theirs}/way/x.lock`,
        )
        expect(ended.code).toBe(0)
        treasure.isUntouched()
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
    },
    attackLimitMs,
  )

  test(
    'has no lock restored elsewhere',
    async () => {
      const {box, stranger, theirs, treasure} = scene()
      for (let call = 0; call < calls; call++) {
        writeFileSync(join(theirs, 'way', 'y.lock'), gonePid)
        const cleared = await box.guard('locks', 'clear', '--min-age', '0s', `${theirs}/way/y.lock`, '--json')
        expect(JSON.parse(cleared.stdout)).toMatchObject({cleared: [`${theirs}/way/y.lock`]})
      }
      const attack = await stranger.keepOn(`
if not os.path.lexists('${theirs}/link'): os.symlink('${treasure.folder}', '${theirs}/link')
swap('${theirs}/way', '${theirs}/link')`)
      for (let call = 0; call < calls; call++) {
        expect([0, 74]).toContain((await box.guard('locks', 'restore')).code)
        treasure.isUntouched()
      }
      expect(await attack.stop()).toBeGreaterThan(calls)
    },
    attackLimitMs,
  )
})

test.skipIf(!isRoot)('a link of a stranger on the way to a lock is not followed, and one of root is', async () => {
  const box = createSandbox()
  createStranger(box).folder('theirs')
  const treasure = treasureIn(box.dir)
  symlinkSync(treasure.folder, box.path('theirs/way'))
  const refused = await box.guard('locks', 'clear', box.path('theirs/way/x.lock'))
  expect([refused.code, refused.stdout]).toEqual([0, expect.stringMatching(/cannot be moved: ELOOP/)])
  treasure.isUntouched()
  symlinkSync(treasure.folder, box.path('own'))
  const cleared = await box.guard('locks', 'clear', '--json', box.path('own/x.lock'))
  expect(JSON.parse(cleared.stdout)).toMatchObject({cleared: [box.path('own/x.lock')]})
  expect(readdirSync(treasure.folder)).toEqual([])
})
