import type {BigIntStats} from 'node:fs'
import {expect, test} from 'vitest'
import {assertTrusted} from '../../src/config/trust.js'

const stat = (uid: number, mode: number) => ({uid: BigInt(uid), mode: BigInt(0o100000 | mode)}) as BigIntStats

test.each<[string, {uid: number; named: boolean}, BigIntStats, RegExp | undefined]>([
  ['root reads root’s own file', {uid: 0, named: false}, stat(0, 0o644), undefined],
  [
    'root refuses a file that is writable by its group',
    {uid: 0, named: false},
    stat(0, 0o664),
    /it is writable by others/,
  ],
  ['root refuses a file that is writable by all', {uid: 0, named: true}, stat(0, 0o646), /it is writable by others/],
  [
    'root refuses a file of another user, explicit or not',
    {uid: 0, named: true},
    stat(1000, 0o644),
    /belongs to user 1000/,
  ],
  ['a user reads their own file', {uid: 1000, named: false}, stat(1000, 0o666), undefined],
  ['a user reads root’s file', {uid: 1000, named: false}, stat(0, 0o644), undefined],
  [
    'a user refuses the file of another user that the search finds',
    {uid: 1000, named: false},
    stat(1001, 0o644),
    /user 1001/,
  ],
  ['a user reads the file of another user if it is explicit', {uid: 1000, named: true}, stat(1001, 0o644), undefined],
])('%s', (_title, reader, file, refusal) => {
  const judge = () => assertTrusted('/srv/.guardianrc', file, reader)
  if (refusal) expect(judge).toThrow(expect.objectContaining({kind: 'config', message: expect.stringMatching(refusal)}))
  else expect(judge).not.toThrow()
})
