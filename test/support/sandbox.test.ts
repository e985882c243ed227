import {realpathSync, statSync} from 'node:fs'
import {expect, test} from 'vitest'
import {asOrdinaryUser, createSandbox, isRoot} from './sandbox.js'

test.skipIf(!isRoot)('a sandbox that is given to another user leaves the program itself to its owner', () => {
  const box = createSandbox()
  const program = realpathSync(box.path('bin/guard'))
  const {uid, gid} = statSync(program)
  asOrdinaryUser(box, 'true')
  expect(statSync(box.dir).uid).not.toBe(uid)
  expect(statSync(program)).toMatchObject({uid, gid})
})
