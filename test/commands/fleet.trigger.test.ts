import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {createFleetDatabase} from '../support/fleet-database.js'
import {type FleetHost, fleetHost} from '../support/fleet-hosts.js'
import {closedPort} from '../support/http-receiver.js'
import {postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {tempDir} from '../support/temp-dir.js'

describe.skipIf(postgresObstacle !== undefined)(`guard trigger in a fleet (${postgresObstacle ?? 'real'})`, () => {
  const postgres = postgresOfFile()
  let url: string

  beforeAll(async () => {
    url = (await createFleetDatabase(postgres())).url
  })

  /** A job whose last slot is over, and that works on one host until a file is gone. */
  function hostsOf(root: string): readonly [FleetHost, FleetHost] {
    const command = ['sh', '-c', 'echo "token $GUARD_LEASE_TOKEN"; while [ -e hold ]; do sleep 0.05; done']
    const nightly = {command, schedule: '0 2 1 1 *', timezone: 'UTC', scope: 'fleet'}
    const host = (name: string) => fleetHost(root, name, {url, settings: {fleet: {wait: '1s'}, jobs: {nightly}}})
    return [host('web-17'), host('web-18')]
  }

  test('runs the job whatever slots are claimed, on one host at a time', async () => {
    const [one, other] = hostsOf(tempDir())
    expect((await one.guard('run', 'nightly')).code).toBe(0)
    expect(await other.guard('trigger', '--wait', 'nightly')).toMatchObject({code: 0, stdout: 'token 2\n'})
    writeFileSync(join(one.dir, 'hold'), '')
    expect((await one.guard('trigger', 'nightly')).code).toBe(0)
    const refused = await other.guard('trigger', 'nightly')
    expect([refused.code, refused.stderr]).toEqual([75, expect.stringContaining('web-17 has had it')])
    expect((await other.guard('run', 'nightly')).stderr).toContain('was claimed by web-17')
  })

  test.each([
    [74, 'the store is of no use', async (): Promise<string> => `postgres://guard@127.0.0.1:${await closedPort()}/db`],
    [78, 'its address is none', async (): Promise<string> => 'mysql://guard@127.0.0.1/db'],
  ] as const)('says with %i that %s', async (expected, _title, address) => {
    const [one] = hostsOf(tempDir())
    const {code, stderr} = await one.start(['trigger', 'nightly'], {GUARD_FLEET_URL: await address()}).ended
    expect([code, stderr]).toEqual([
      expected,
      expect.stringContaining('look at the store of the fleet: guard fleet check'),
    ])
  })
})
