import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, onTestFinished, test, vi} from 'vitest'
import {startCutProxy} from '../support/cut-proxy.js'
import {type FleetHost, fleetHost, fleetJob} from '../support/fleet-hosts.js'
import {type Postgres, postgresObstacle, startPostgres, startStandby} from '../support/postgres.js'
import {tempDir} from '../support/temp-dir.js'
import {auditGrants, factsIn, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl} from './fleet-schema.js'

/** Hosts compete for a job, while the server is killed again and again and its synchronous standby takes over. */

const hosts = 4
const failovers = process.env['GUARD_TORTURE'] === 'long' ? 30 : 2
/** 0 ran, 74 the store was away, 75 another has it, 77 fenced. */
const expected: readonly (number | null)[] = [0, 74, 75, 77]

async function contend(host: FleetHost, isOver: () => boolean, unexpected: string[]): Promise<void> {
  while (!isOver()) {
    const {code, stderr} = await host.guard('run', '--quiet', 'nightly')
    if (!expected.includes(code)) unexpected.push(`${host.name}: ${code} ${stderr}`)
    await sleep(20)
  }
}

const slotOf = (failover: number) => new Date(Date.UTC(2026, 0, 1, failover)).toISOString().replace('.000', '')

test.skipIf(postgresObstacle !== undefined)(
  `a fail-over to a synchronous standby loses neither a grant nor a slot (${postgresObstacle ?? 'real PostgreSQL'})`,
  {timeout: failovers * 20_000 + 60_000},
  async () => {
    const root = tempDir()
    let primary = await startServer(startPostgres())
    await applySchema(primary)
    await auditGrants(primary)
    const proxy = await startCutProxy(primary.port)
    const command = fleetJob(join(root, 'facts'), join(root, 'resource'), '0.1')
    const jobs = {
      nightly: {command, scope: 'fleet', ttl: '3s', killAfter: '300ms'},
      slotted: {command: ['true'], scope: 'fleet'},
    }
    const settings = {fleet: {timeout: '1s', wait: '10s'}, jobs}
    const field = Array.from({length: hosts}, (_, index) =>
      fleetHost(root, `host-${index}`, {url: fleetUrl(primary, proxy.port), settings}),
    )
    const [one, other] = field as [FleetHost, FleetHost]
    const unexpected: string[] = []
    let isOver = false
    const loops = field.map((host) => contend(host, () => isOver, unexpected))
    const counted = async () => (await grantsOf(primary)).length
    const moreGrants = async (more: number) => {
      const before = await counted()
      await vi.waitUntil(async () => (await counted()) >= before + more, {timeout: 30_000, interval: 100})
    }

    for (let failover = 0; failover < failovers; failover++) {
      const standby = await startServer(startStandby(primary))
      const slot = ['run', '--slot', slotOf(failover), 'slotted']
      expect((await one.guard(...slot)).code).toBe(0)
      await moreGrants(5)
      await primary.kill()
      await standby.promote()
      proxy.lead(standby.port)
      primary = standby
      expect(await other.guard(...slot)).toMatchObject({
        code: 75,
        stderr: expect.stringContaining('was claimed by host-0'),
      })
      await moreGrants(5)
    }
    isOver = true
    await Promise.all(loops)

    expect(unexpected).toEqual([])
    expect(
      faultsOf(
        factsIn(join(root, 'facts')),
        (await grantsOf(primary)).filter(({slotAt}) => slotAt === null),
      ),
    ).toEqual([])
  },
)

async function startServer(starting: Promise<Postgres>): Promise<Postgres> {
  const server = await starting
  onTestFinished(() => server.remove())
  return server
}
