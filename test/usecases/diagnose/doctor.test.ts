import {expect, test} from 'vitest'
import {finding} from '../../../src/domain/diagnose/finding.js'
import {GuardError} from '../../../src/errors.js'
import {systemClock} from '../../../src/system/host/clock.js'
import {examineAll} from '../../../src/usecases/diagnose/doctor.js'

const deps = {clock: systemClock, limitMs: 50}

test('an examination that fails or hangs is told and stops no other; what is wrong comes first', async () => {
  const found = await examineAll(deps, [
    {check: 'locks', examine: () => [finding('locks', 'well', 'locks')]},
    {
      check: 'alerts',
      examine: () => {
        throw new GuardError('io', 'deliveries.jsonl cannot be read')
      },
    },
    {check: 'services', examine: () => new Promise(() => undefined)},
    {check: 'disk', examine: async () => [finding('disk', 'wrong', 'Disk is full')]},
  ])
  expect(found).toMatchObject([
    {check: 'disk', level: 'wrong'},
    {
      level: 'look',
      what: 'alerts, services: cannot be checked',
      proof: 'deliveries.jsonl cannot be read; no answer within 0 s',
    },
    {check: 'locks', level: 'well'},
  ])
})
