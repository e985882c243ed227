import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openPostgresStore} from '../../src/system/fleet/postgres-store.js'
import {systemClock} from '../../src/system/host/clock.js'
import {acquireFleetLease} from '../../src/usecases/fleet/acquire-fleet-lease.js'
import {fleetHost, fleetJob} from '../support/fleet-hosts.js'
import {postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {tempDir} from '../support/temp-dir.js'
import {auditGrants, factsIn, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl} from './fleet-schema.js'

/** All hosts of a fleet ask at once, as at the top of an hour, and the server has connections for half of them. */

const isLong = process.env['GUARD_TORTURE'] === 'long'

/** So many processes take much memory. */
const processes = isLong ? 200 : 30
const server = postgresOfFile(() => ({settings: ['max_connections = 300']}))

const slotAt = Math.floor(Date.now() / 60_000) * 60_000

describe.skipIf(postgresObstacle !== undefined)(
  `hosts that ask at once (PostgreSQL: ${postgresObstacle ?? 'real'})`,
  () => {
    test('of 600 on 300 connections one has the lease, and no other has an error', {timeout: 600_000}, async () => {
      await applySchema(server())
      await auditGrants(server())
      const store = openPostgresStore({url: fleetUrl(server()), timeoutMs: 30_000})
      const ask = (_: unknown, index: number) =>
        acquireFleetLease(
          {
            ...{
              clock: systemClock,
              random: Math.random,
              store,
              known: undefined,
              runs: undefined,
              self: undefined,
              host: `host-${index}`,
              waitMs: 300_000,
            },
            livingProcessOf: async () => 'unknown',
            ...{machineFloor: () => 0, raiseMachine: () => undefined, tell: () => undefined, warn: () => undefined},
          },
          {job: 'nightly', holder: 'h', claimId: `claim-${index}`, ttlMs: 600_000, slotAt, patienceMs: 0},
        )
      const answers = await Promise.all(Array.from({length: 600}, ask))
      const refused = answers.flatMap((answer) => ('refused' in answer ? [answer.refused.state] : []))
      expect([answers.length - refused.length, [...new Set(refused)]]).toEqual([1, ['done']])
      expect(await grantsOf(server())).toHaveLength(1)
      expect(server().log()).toMatch(/too many clients|remaining connection slots/)
    })

    test(`of ${processes} processes of guard on half as many connections one runs the job, and no other has an error`, {
      timeout: 900_000,
    }, async () => {
      const root = tempDir()
      await applySchema(server())
      await auditGrants(server())
      await server().sql(`alter role guard connection limit ${processes / 2}`)
      const facts = join(root, 'facts')
      const job = {command: fleetJob(facts, join(root, 'resource'), '1'), scope: 'fleet'}
      const settings = {fleet: {timeout: '30s', wait: '5m'}, jobs: {nightly: job}}
      const url = fleetUrl(server())
      const hosts = Array.from({length: processes}, (_, index) => fleetHost(root, `host-${index}`, {url, settings}))
      const slot = new Date(slotAt).toISOString()
      const ends = await Promise.all(hosts.map((host) => host.guard('run', '--quiet', '--slot', slot, 'nightly')))
      expect(ends.filter(({code}) => code !== 0 && code !== 75)).toEqual([])
      expect(ends.filter(({code}) => code === 0)).toHaveLength(1)
      const all = factsIn(facts)
      expect([all.filter(({fact}) => fact === 'began').length, faultsOf(all, await grantsOf(server()))]).toEqual([
        1,
        [],
      ])
    })
  },
)
