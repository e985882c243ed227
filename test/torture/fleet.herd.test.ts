import {join} from 'node:path'
import {expect, test} from 'vitest'
import {fleetHost, fleetJob} from '../support/fleet-hosts.js'
import {postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {tempDir} from '../support/temp-dir.js'
import {auditGrants, factsIn, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl} from './fleet-schema.js'

/** All hosts of a fleet ask at once, as at the top of an hour, and the server has connections for half of them. */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const [contenders, connections] = isLong ? [600, 300] : [40, 20]
const server = postgresOfFile(() => ({settings: [`max_connections = ${connections}`]}))

test.skipIf(postgresObstacle !== undefined)(
  `of ${contenders} hosts on ${connections} connections one runs the job, and no other has an error (${postgresObstacle ?? 'real'})`,
  {timeout: 900_000},
  async () => {
    const root = tempDir()
    await applySchema(server())
    await auditGrants(server())
    const facts = join(root, 'facts')
    const job = {command: fleetJob(facts, join(root, 'resource'), '1'), scope: 'fleet'}
    const settings = {fleet: {timeout: '10s', wait: '5m'}, jobs: {nightly: job}}
    const url = fleetUrl(server())
    const hosts = Array.from({length: contenders}, (_, index) => fleetHost(root, `host-${index}`, {url, settings}))
    const slot = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString()
    const ends = await Promise.all(hosts.map((host) => host.guard('run', '--quiet', '--slot', slot, 'nightly')))
    expect(ends.filter(({code}) => code !== 0 && code !== 75)).toEqual([])
    expect(ends.filter(({code}) => code === 0)).toHaveLength(1)
    const all = factsIn(facts)
    expect([all.filter(({fact}) => fact === 'began').length, faultsOf(all, await grantsOf(server()))]).toEqual([1, []])
  },
)
