import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {describe, expect, test} from 'vitest'
import {pgbouncerObstacle, startPgbouncer} from './pgbouncer.js'
import {postgresObstacle, postgresOfFile} from './postgres.js'

describe.skipIf(postgresObstacle !== undefined)(`a real PostgreSQL (${postgresObstacle ?? 'installed'})`, () => {
  const postgres = postgresOfFile()

  test('answers, and again after it was stopped, killed and frozen', async () => {
    const server = postgres()
    const one = () => server.sql('select 1')
    expect(await one()).toBe('1')
    await server.stop()
    await expect(one()).rejects.toThrow(/No such file or directory/)
    await server.start()
    await server.kill()
    await expect(one()).rejects.toThrow(/Connection refused/)
    await server.start()
    server.freeze()
    const late = one()
    server.thaw()
    expect(await late).toBe('1')
  })

  test.skipIf(pgbouncerObstacle !== undefined)('is reached through PgBouncer', async () => {
    const bouncer = await startPgbouncer(postgres(), ['postgres'])
    const args = ['-X', '-At', '-c', 'select 1', bouncer.urlOf('postgres')]
    expect((await promisify(execFile)('psql', args)).stdout).toBe('1\n')
  })
})
