import {expect, test} from 'vitest'
import {fitsLock} from '../../../src/domain/locks/lock-name.js'

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
