import {expect, test} from 'vitest'
import {fitsLock, isLockName} from '../../../src/domain/locks/lock-name.js'

test.each<[string, string, boolean]>([
  ['nginx', '/run/nginx.pid', true],
  ['cron', '/run/crond.pid', true],
  ['backup.sh', '/srv/state/nightly-backup.lock', true],
  ['nginx', '/run/nginx/pid', true],
  ['sleep', '/srv/state/backup.lock', false],
  ['bash', '/tmp/bash.lock', false],
  ['sh', '/srv/cache.lock', false],
  ['pidof', '/srv/cache/lock', false],
  ['', '/srv/cache.lock', false],
  ['4711', '/srv/4711', false],
])('%s and %s: %s', (program, path, fits) => {
  expect(fitsLock(program, path)).toBe(fits)
})

test.each<[string, boolean]>([
  ['/srv/state/scan.lock', true],
  ['/run/crond.pid', true],
  ['/var/spool/lock/LCK..ttyS0', true],
  ['/home/u/.config/chromium/SingletonLock', true],
  ['/home/u/.~lock.budget.ods#', true],
  ['/home/u/.#notes.txt', true],
  ['/run/lock/scan', true],
  ['/srv/cronlock', true],
  ['/srv/state/data.json', false],
  ['/srv/state/clock.txt', false],
  ['/srv/state/blocklist.csv', false],
  ['/srv/state/datablock', false],
  ['/srv/state/rapid.db', false],
  ['/srv/lock.d/notes', false],
])('the name of %s is that of a lock: %s', (path, isLock) => {
  expect(isLockName(path)).toBe(isLock)
})
