import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {clockEnv, type FleetHost, faketimeObstacle, fleetHost, fleetJob} from '../support/fleet-hosts.js'
import {postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {until} from '../support/sandbox.js'
import {tempDir} from '../support/temp-dir.js'
import {auditGrants, factsIn, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl, withoutSlots} from './fleet-schema.js'

/**
 * Each host starts the job once for each slot, as cron does, and its clock is behind the others' by up to a minute: a quick
 * job has ended when the next host comes.
 */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const slots = isLong ? 60 : 10
const hosts = isLong ? 10 : 3
const server = postgresOfFile()
const obstacle = postgresObstacle ?? faketimeObstacle

/** One slot a day, at two o'clock; all of them are over. */
const dayOf = (slot: number) => new Date(Date.UTC(2026, 0, 1 + slot)).toISOString().slice(0, 10)

interface Fleet {
  readonly hosts: readonly FleetHost[]
  readonly facts: string
}

async function startFleet(schema: (text: string) => string = (text) => text): Promise<Fleet> {
  const root = tempDir()
  await applySchema(server(), schema)
  await auditGrants(server())
  const facts = join(root, 'facts')
  const settings = {
    fleet: {timeout: '5s', wait: '1m'},
    jobs: {
      nightly: {
        ...{command: fleetJob(facts, join(root, 'resource'), '0'), schedule: '0 2 * * *', timezone: 'UTC'},
        ...{scope: 'fleet', ttl: '10s', killAfter: '1s'},
      },
    },
  }
  const one = (_: unknown, index: number) => fleetHost(root, `host-${index}`, {url: fleetUrl(server()), settings})
  return {facts, hosts: Array.from({length: hosts}, one)}
}

/** Starts the job on one host by a clock that shows a few seconds after the slot. */
async function startFor(host: FleetHost, index: number, slot: number): Promise<number | null> {
  const clock = clockEnv(`@${dayOf(slot)} 02:00:${10 + index}`)
  return (await host.start(['run', '--quiet', 'nightly'], clock).ended).code
}

async function found({facts}: Fleet): Promise<{readonly runs: number; readonly faults: readonly string[]}> {
  const all = factsIn(facts)
  return {runs: all.filter(({fact}) => fact === 'began').length, faults: faultsOf(all, await grantsOf(server()))}
}

describe.skipIf(obstacle !== undefined)(
  `the slots of a schedule (${obstacle ?? 'real PostgreSQL and libfaketime'})`,
  () => {
    test(`are run once each by ${hosts} hosts whose clocks differ`, {timeout: 600_000}, async () => {
      const fleet = await startFleet()
      for (let slot = 0; slot < slots; slot++) {
        const late = async (host: FleetHost, index: number) => {
          await sleep(Math.random() * 200)
          return startFor(host, index, slot)
        }
        const codes = await Promise.all(fleet.hosts.map(late))
        expect(codes.toSorted()).toEqual([0, ...Array(hosts - 1).fill(75)])
      }
      expect(await found(fleet)).toEqual({runs: slots, faults: []})
    })

    test('are run more often by a store that forgets them', async () => {
      const fleet = await startFleet(withoutSlots)
      for (const [index, host] of fleet.hosts.entries()) await startFor(host, index, 0)
      const {runs, faults} = await found(fleet)
      expect([runs, faults.join()]).toEqual([hosts, expect.stringMatching(/slot \d+ was given to two claims/)])
    })

    test('are not run again elsewhere after the host that claimed one has crashed', async () => {
      const {hosts, facts} = await startFleet()
      const [first, second] = hosts as readonly [FleetHost, FleetHost]
      const clock = clockEnv(`@${dayOf(0)} 02:00:10`)
      const run = first.start(['run', 'nightly'], {...clock, JOB_SECONDS: '30'})
      await until(() => factsIn(facts).length > 0, 'the job works')
      first.signalAll('SIGKILL')
      await run.ended
      await server().sql("update guard.lease set expires_at = clock_timestamp() where job = 'nightly'")
      const {code, stderr} = await second.start(['run', 'nightly'], clock).ended
      expect([code, stderr]).toEqual([75, expect.stringContaining('host-0')])
    })
  },
)
