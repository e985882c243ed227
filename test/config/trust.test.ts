import type {BigIntStats} from 'node:fs'
import {expect, test} from 'vitest'
import {assertTrusted} from '../../src/config/trust.js'

const stat = (uid: number, mode: number) => ({uid: BigInt(uid), mode: BigInt(0o100000 | mode)}) as BigIntStats

test.each<[string, {uid: number; named: boolean}, BigIntStats, RegExp | undefined]>([
  ['root reads root’s own file', {uid: 0, named: false}, stat(0, 0o644), undefined],
  ['root reads no file that its group may write', {uid: 0, named: false}, stat(0, 0o664), /others may write it/],
  ['root reads no file that all may write', {uid: 0, named: true}, stat(0, 0o646), /others may write it/],
  [
    'root reads no file of another user, named or not',
    {uid: 0, named: true},
    stat(1000, 0o644),
    /belongs to user 1000/,
  ],
  ['a user reads their own file', {uid: 1000, named: false}, stat(1000, 0o666), undefined],
  ['a user reads root’s file', {uid: 1000, named: false}, stat(0, 0o644), undefined],
  ['a user reads no stranger’s file that lay on the way', {uid: 1000, named: false}, stat(1001, 0o644), /user 1001/],
  ['a user reads a stranger’s file by its name', {uid: 1000, named: true}, stat(1001, 0o644), undefined],
])('%s', (_title, reader, file, refusal) => {
  const judge = () => assertTrusted('/srv/.guardianrc', file, reader)
  if (refusal) expect(judge).toThrow(expect.objectContaining({kind: 'config', message: expect.stringMatching(refusal)}))
  else expect(judge).not.toThrow()
})
