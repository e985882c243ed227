import {execFileSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, isRoot, type Sandbox} from '../support/sandbox.js'

/** Settings that another user could have put there are not used and stop nothing. */

const theirs = JSON.stringify({jobs: {j: {command: ['echo', 'theirs']}}})
const own = JSON.stringify({jobs: {j: {command: ['echo', 'own']}}})
const other = 4712

type Spoil = (box: Sandbox) => void

const spoiled: readonly (readonly [string, Spoil, RegExp])[] = [
  ['in a folder like /tmp', ({path}) => chmodSync(path('open'), 0o1777), /others may write \S*\/open/],
  ['in a folder that all may write', ({path}) => chmodSync(path('open'), 0o777), /others may write \S*\/open/],
  ['in the home of another user', ({path}) => chownSync(path('open'), other, other), /open belongs to user 4712/],
  ['of another user', ({path}) => chownSync(path('open/.guardianrc.json'), other, other), /it belongs to user 4712/],
  [
    'that is a link',
    ({path, write}) => {
      execFileSync('rm', [path('open/.guardianrc.json')])
      symlinkSync(write('elsewhere.json', theirs), path('open/.guardianrc.json'))
    },
    /it is a link/,
  ],
  [
    'that is a FIFO',
    ({path}) => {
      execFileSync('rm', [path('open/.guardianrc.json')])
      execFileSync('mkfifo', [path('open/.guardianrc.json')])
    },
    /it is not a file/,
  ],
  [
    'of more than 8 MiB',
    ({path}) => truncateSync(path('open/.guardianrc.json'), 8 * 1024 * 1024 + 1),
    /it has 8388609 bytes/,
  ],
]

describe.skipIf(!isRoot)('settings', () => {
  test.each(spoiled)('%s are said once, and the search goes on upwards', async (_title, spoil, why) => {
    const box = createSandbox()
    box.write('.guardianrc.json', own)
    box.write('open/.guardianrc.json', theirs)
    mkdirSync(box.path('open/work'))
    spoil(box)
    const cwd = box.path('open/work')
    const first = await box.guardWith({cwd}, 'run', 'j')
    expect([first.code, first.stdout]).toEqual([0, 'own\n'])
    expect(first.stderr).toMatch(/^guard: \S*\/open\/\.guardianrc\.json is not used: .*\n$/)
    expect(first.stderr).toMatch(why)
    expect(await box.guardWith({cwd}, 'run', 'j')).toMatchObject({code: 0, stdout: 'own\n', stderr: ''})
    const check = await box.guardWith({cwd}, 'config', 'check')
    expect([check.code, check.stdout]).toEqual([
      0,
      expect.stringMatching(/^warning: \S*\/open\/\.guardianrc\.json is not used: /),
    ])
  })

  test('below a sticky folder of root are used where the next folder is their own', async () => {
    const box = createSandbox()
    mkdirSync(box.path('open'))
    chmodSync(box.path('open'), 0o1777)
    box.write('open/mine/.guardianrc.json', own)
    expect(await box.guardWith({cwd: box.path('open/mine')}, 'run', 'j')).toMatchObject({stdout: 'own\n', stderr: ''})
  })

  test('of the user may be a link', async () => {
    const box = createSandbox()
    mkdirSync(box.path('home/.config/guardian'), {recursive: true})
    symlinkSync(box.write('dotfiles/guardian.json', own), box.path('home/.config/guardian/config.json'))
    expect(await box.guard('run', 'j')).toMatchObject({stdout: 'own\n', stderr: ''})
  })
})
