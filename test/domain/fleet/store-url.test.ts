import {describe, expect, test} from 'vitest'
import {parseStoreUrl, storeUrlProblem} from '../../../src/domain/fleet/store-url.js'
import {GuardError} from '../../../src/errors.js'

const tls = {rootCertificate: undefined}

describe('the address of a store', () => {
  test('says where the server is, and for what', () => {
    expect(parseStoreUrl('postgresql://guard:hunter2@db.example.org:6432/fleet?sslrootcert=/etc/ca.pem\n')).toEqual({
      host: 'db.example.org',
      port: 6432,
      database: 'fleet',
      user: 'guard',
      password: 'hunter2',
      tls: {rootCertificate: '/etc/ca.pem'},
    })
    expect(storeUrlProblem('postgres://guard@db')).toBeUndefined()
  })

  test('may leave out the port, the password and the database, which is then named as the user', () => {
    expect(parseStoreUrl('postgres://guard@db')).toMatchObject({port: 5432, database: 'guard', password: undefined})
  })

  test('may have any sign in the password, as %XX', () => {
    expect(parseStoreUrl('postgres://guard:a%40b%2Fc%3Ad:e%25@db').password).toBe('a@b/c:d:e%')
  })

  test.each([
    ['a name elsewhere', 'postgres://u@db.example.org/d', tls],
    ['a name elsewhere that begins as loopback does', 'postgres://u@localhost.example.org/d', tls],
    ['an address elsewhere', 'postgres://u@[2001:db8::1]:5433/d', tls],
    ['an address that only begins as loopback does', 'postgres://u@127.0.0.1.example.org/d', tls],
    ['the same, said once more', 'postgres://u@db/d?sslmode=verify-full', tls],
    ['localhost', 'postgres://u@localhost/d', undefined],
    ['loopback', 'postgres://u@127.0.0.1:5433/d?sslmode=disable', undefined],
    ['loopback of IPv6', 'postgres://u@[::1]/d', undefined],
    ['loopback, if that is wanted', 'postgres://u@127.0.0.1/d?sslmode=verify-full', tls],
    ['loopback with an authority', 'postgres://u@localhost/d?sslrootcert=/ca', {rootCertificate: '/ca'}],
    ['a Unix socket', 'postgres://u@/d?host=/run/postgresql', undefined],
    ['a Unix socket, in the place of the host', 'postgres://u@%2Frun%2Fpostgresql:5433/d', undefined],
  ])('asks for TLS where the connection leaves the machine: %s', (_title, url, expected) => {
    expect(parseStoreUrl(url).tls).toEqual(expected)
  })

  test('names the folder of a Unix socket', () => {
    expect(parseStoreUrl('postgres://u@:5433/d?host=/run/postgresql')).toMatchObject({
      host: '/run/postgresql',
      port: 5433,
    })
  })

  test.each([
    ['', 'is empty'],
    ['hunter2', 'is not a URL'],
    ['mysql://u:hunter2@db/d', 'has the scheme mysql, which is not that of PostgreSQL'],
    ['http://u:hunter2@db/d', 'has the scheme http, which is not that of PostgreSQL'],
    ['postgres://u:hunter2@db/d?sslmode=require', 'has sslmode=require, which does not check with whom guard talks'],
    [
      'postgres://u:hunter2@127.0.0.1/d?sslmode=prefer',
      'has sslmode=prefer, which does not check with whom guard talks',
    ],
    ['postgres://u@db/d?sslmode=hunter2', 'has an sslmode, which does not check with whom guard talks'],
    ['postgres://u:hunter2@db/d?sslmode=disable', 'has sslmode=disable, and the server is not on this machine'],
    ['postgres://u:hunter2@/d?host=/run&sslmode=verify-full', 'asks for TLS on a Unix socket'],
    ['postgres://u:hunter2@a,b/d', 'names several servers'],
    ['postgres://u:hunter2@/d', 'names no host'],
    ['postgres://:hunter2@db/d', 'names no user'],
    ['postgres://db/hunter2', 'names no user'],
    ['postgres://u:hunter2@db:0/d', 'has the port 0'],
    ['postgres://u:hunter2@db:99999/d', 'has the port 99999'],
    ['postgres://u:hunter2@db:x/d', 'has a host that is none'],
    ['postgres://u:hunter2@d%0ab/d', 'has a host that is none'],
    ['postgres://u:hunter2%@db/d', 'has a % that is followed by no two hexadecimal digits'],
    [
      'postgres://u:hunter2/x@db/d',
      'has not the form of one; is a sign such as / ? # or @ in the password written as %XX?',
    ],
    [
      'postgres://u:hunter2#x@db/d',
      'has not the form of one; is a sign such as / ? # or @ in the password written as %XX?',
    ],
    ['postgres://u:p?hunter2@db/d', 'has a parameter that guard does not know'],
    ['postgres://u@db/d?options=-c%20statement_timeout=hunter2', 'has a parameter that guard does not know'],
  ])('is refused, and never repeated: %s', (url, problem) => {
    const refusal = refusalOf(url)
    expect(refusal).toMatchObject({kind: 'config', message: `fleet.postgres: the address of the store ${problem}`})
    expect(refusal.hints.at(-1)).toBe('write postgres://guard:PASSWORD@HOST/DATABASE?sslmode=verify-full')
    expect(storeUrlProblem(url)).toBe(`the address of the store ${problem}; ${refusal.hints[0]}`)
    expect(`${refusal.message}${refusal.hints.join('')}`).not.toContain('hunter2')
  })
})

function refusalOf(url: string): GuardError {
  try {
    parseStoreUrl(url)
  } catch (error) {
    if (error instanceof GuardError) return error
    throw error
  }
  throw new Error('it was not refused')
}
