import {expect, test} from 'vitest'
import {sharedMountOf} from '../../../src/system/host/mounts.js'

const mounts = [
  ['/', 'overlay'],
  ['/home', 'ext4'],
  ['/home/data', 'nfs4'],
  ['/mnt/covered', 'tmpfs'],
  ['/mnt/covered', 'fuse.sshfs'],
  ['/mnt/uncovered', '9p'],
  ['/mnt/uncovered', 'tmpfs'],
  ['/mnt/plain', 'fuse'],
].map(([path = '', type = '']) => ({path, type, options: ''}))

test.each([
  ['/home/data/logs', '/home/data'],
  ['/home/data', '/home/data'],
  ['/home/database', undefined],
  ['/home/me', undefined],
  ['/mnt/covered/log', '/mnt/covered'],
  ['/mnt/uncovered/log', undefined],
  ['/mnt/plain/log', '/mnt/plain'],
  ['/var/log', undefined],
])('%s is on the shared file system at %s', (path, mount) => {
  expect(sharedMountOf(path, mounts)?.path).toBe(mount)
})
