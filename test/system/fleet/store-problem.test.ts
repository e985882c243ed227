import {describe, expect, test} from 'vitest'
import {parseStoreUrl} from '../../../src/domain/fleet/store-url.js'
import {TooLate, toStoreFault} from '../../../src/system/fleet/store-problem.js'

const asked = {address: parseStoreUrl('postgres://guard:hunter2@db/guard'), timeoutMs: 3000, isSent: true}
const faultOf = (error: unknown) => toStoreFault(error, asked)
const ofServer = (code: string, message = 'no') => Object.assign(new Error(message), {code, severity: 'FATAL'})
const ofNode = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1`), {code})

describe('why a store gave no answer', () => {
  test.each([
    ['too many connections', '53300'],
    ['too many connections of the role', '53300'],
    ['no memory left', '53200'],
    ['the disk is full', '53100'],
    ['shut down by the administrator', '57P01'],
    ['the server has crashed', '57P02'],
    ['starting up, or in recovery', '57P03'],
    ['a time limit of the server', '57014'],
    ['the connection is lost', '08006'],
    ['serialization failure', '40001'],
    ['deadlock', '40P01'],
    ['a lock that was not given in time', '55P03'],
    ['a server that writes nothing, after a fail-over', '25006'],
    ['an error of the system', '58030'],
    ['an error inside the server', 'XX000'],
  ])('%s (%s): worth asking again', (message, code) => {
    expect(faultOf(ofServer(code, message))).toMatchObject({
      kind: 'away',
      message: `the store at db:5432 answers: ${message} (${code})`,
    })
  })

  test.each([
    ['wrong password', '28P01', 'check the user and the password in the address, and pg_hba.conf'],
    ['not let in', '28000', 'check the user and the password in the address, and pg_hba.conf'],
    ['no such database', '3D000', 'check the name of the database in the address'],
    ['no right', '42501', 'let the administrator apply it: guard fleet schema | psql'],
    [
      'permission denied for table lease',
      '42501',
      'let one role own the schema guard, its table and all of its functions',
    ],
    [
      'permission denied for function refusal',
      '42501',
      'let one role own the schema guard, its table and all of its functions',
    ],
    ['permission denied for function release', '42501', 'let the administrator apply it: guard fleet schema | psql'],
    ['no type', '42704', 'let the administrator apply it: guard fleet schema | psql'],
    ['no schema', '3F000', 'let the administrator apply it: guard fleet schema | psql'],
    ['no function', '42883', 'let the administrator apply it: guard fleet schema | psql'],
    ['no table', '42P01', 'let the administrator apply it: guard fleet schema | psql'],
    ['the schema has version 3, and this guard needs version 2', 'GD001', 'update guard on this host'],
    [
      'the schema has version 2, and this guard needs version 3',
      'GD001',
      'let the administrator apply it: guard fleet schema | psql',
    ],
  ])('%s (%s): asking again changes nothing, and it is said what does', (message, code, hint) => {
    expect(faultOf(ofServer(code, message))).toMatchObject({kind: 'refused', hints: [hint]})
  })

  test.each([
    ['no more connections allowed (max_client_conn)', 'away'],
    ['query_wait_timeout', 'away'],
    ['server_login_retry', 'away'],
    ['unsupported startup parameter: statement_timeout', 'refused'],
    ['no such database: fleet', 'refused'],
    ['no such user: guard', 'refused'],
    ['SASL authentication failed', 'refused'],
    ['password authentication failed', 'refused'],
  ])('PgBouncer has one code for all, so its words decide: %s', (message, kind) => {
    expect(faultOf(ofServer('08P01', message)).kind).toBe(kind)
  })

  test.each([
    ['ECONNREFUSED', 'away', 'refuses the connection'],
    ['ECONNRESET', 'away', 'cannot be reached (ECONNRESET)'],
    ['EHOSTUNREACH', 'away', 'cannot be reached (EHOSTUNREACH)'],
    ['EAI_AGAIN', 'away', 'has a name that cannot be resolved'],
    ['ENOENT', 'away', 'has no socket there'],
    ['EACCES', 'refused', 'has a socket that this user may not use'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'refused', 'has a certificate for another name'],
    ['CERT_HAS_EXPIRED', 'refused', 'has a certificate that has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'refused', 'has a certificate of no known authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'refused', 'has a certificate of no known authority'],
    ['ERR_SOCKET_CLOSED', 'away', 'closed the connection without an answer'],
    ['EINVAL', 'refused', 'cannot be asked: connect EINVAL 10.0.0.1'],
    ['EPROTO', 'refused', 'cannot be asked: connect EPROTO 10.0.0.1'],
  ])('%s is %s', (code, kind, what) => {
    expect(faultOf(ofNode(code))).toMatchObject({kind, message: `the store at db:5432 ${what}`})
    expect(faultOf(new AggregateError([ofNode(code)]))).toMatchObject({kind})
  })

  test.each([
    ['Connection terminated unexpectedly', 'away'],
    ['Connection terminated', 'away'],
    ['Client has encountered a connection error and is not queryable', 'away'],
    ['There was an error establishing an SSL connection', 'away'],
    ['Invalid CA', 'refused'],
    ['something that no version has said yet', 'refused'],
  ])('an error without a code is away only where it is known to pass: %s', (message, kind) => {
    expect(faultOf(new Error(message)).kind).toBe(kind)
  })

  test('another user is told how to get the right', () => {
    const address = parseStoreUrl('postgres://web:hunter2@db/guard')
    const {hints} = toStoreFault(ofServer('42501'), {...asked, address})
    expect(hints).toEqual(['use the role guard, or give its rights: grant guard to "web"'])
  })

  test('a value that the table does not take is not a fault of the store, and not worth asking again', () => {
    expect(faultOf(ofServer('23514')).kind).toBe('invalid')
    expect(faultOf(ofServer('22003')).kind).toBe('invalid')
  })

  test('a time limit is said with what did not come', () => {
    expect(faultOf(new TooLate('connection')).message).toBe('the store at db:5432 was not reached within 3s')
    expect(faultOf(new TooLate('answer')).message).toBe('the store at db:5432 gave no answer within 3s')
  })

  test('a question that was on its way may be carried out yet, unless the server says that its statement failed', () => {
    const isOpen = (error: unknown, isSent = true) => toStoreFault(error, {...asked, isSent}).isOpen
    const failed = Object.assign(new Error('no'), {code: '55P03', severity: 'ERROR'})
    expect(
      [new TooLate('answer'), ofServer('57P01'), ofNode('ECONNRESET'), failed].map((error) => isOpen(error)),
    ).toEqual([true, true, true, false])
    expect(isOpen(new TooLate('connection'), false)).toBe(false)
    expect(isOpen(ofNode('ECONNREFUSED'), false)).toBe(false)
  })

  test('a message never has the password', () => {
    expect(faultOf(ofServer('XX000', 'bad: hunter2')).message).toBe('the store at db:5432 answers: bad: *** (XX000)')
    expect(faultOf(new Error('hunter2 is odd')).message).not.toContain('hunter2')
  })

  test.each(['orchard', 'plum', 'ab-1'])(
    'a password that may be a word, such as %s, is masked where a value stands',
    (password) => {
      const address = parseStoreUrl(`postgres://db-17:${password}@db/guard`)
      const said = `no "${password}", '${password}', password=${password}, postgres://db-17:${password}@db, ${password}`
      const masked = `no "***", '***', password=***, postgres://db-17:***@db, ${password}`
      expect(toStoreFault(ofServer('XX000', said), {address, timeoutMs: 3000, isSent: true}).message).toContain(masked)
    },
  )

  test.each(['password', 'guard', 'a', '28P01', 'db-17'])(
    'no mask in the words of a server tells that the password is %s',
    (password) => {
      const address = parseStoreUrl(`postgres://db-17:${password}@db/guard`)
      const said = 'password authentication failed for user "db-17", schema "guard"'
      expect(toStoreFault(ofServer('28P01', said), {address, timeoutMs: 3000, isSent: true}).message).toContain(said)
    },
  )
})
