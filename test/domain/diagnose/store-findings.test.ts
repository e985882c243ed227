import {describe, expect, test} from 'vitest'
import {clockOffsetMs, judgeStore, type StoreFacts} from '../../../src/domain/diagnose/store-findings.js'

const at = Date.UTC(2026, 0, 2)
const functions = ['guard.acquire', 'guard.check'].map((name) => ({name, mayCall: true}))
const good: StoreFacts = {
  place: 'db:5432',
  serverVersion: '15.18',
  user: 'guard',
  tls: true,
  isStandby: false,
  schema: 1,
  knownSchema: 1,
  neededFunctions: 2,
  functions,
  moreRights: [],
  serverAt: at + 10,
  askedAt: at,
  answeredAt: at + 20,
  standbys: {synchronous: 0, asynchronous: 0},
  awaitedStandbys: 0,
  claimProblem: undefined,
  unsafeSettings: [],
}
const complaints = (facts: Partial<StoreFacts>) =>
  judgeStore({...good, ...facts})
    .filter(({level}) => level !== 'well')
    .map(({check, level, what}) => `${check} ${level}: ${what}`)

describe('the store of a fleet', () => {
  test('has a finding for each thing that a host needs, also where all is well', () => {
    expect(judgeStore(good).map(({level, what, proof}) => `${level} ${what}: ${proof}`)).toEqual([
      'well reached: db:5432, PostgreSQL 15.18, as guard',
      'well TLS: certificate and name are checked',
      'well schema: version 1',
      'well rights: to call the functions, and no more',
      'well claim: one was granted as a trial, and undone',
      'well standbys: none',
      "well clock: within 5s of the store's",
      'well durability: a crash loses no grant',
    ])
  })

  test.each<[string, Partial<StoreFacts>, readonly string[]]>([
    ['a standby', {isStandby: true}, ['reached wrong: The server follows another one, and grants nothing']],
    [
      'no schema, of which all else follows',
      {schema: undefined, functions: [], standbys: undefined},
      ['schema wrong: The schema is missing'],
    ],
    ['a newer schema', {schema: 2}, ['schema wrong: The schema is newer than this guard']],
    ['an older schema', {schema: 0}, ['schema wrong: The schema is older than this guard']],
    ['a function that is gone', {functions: functions.slice(1)}, ['schema wrong: The schema has lost functions']],
    [
      'no right to call',
      {functions: functions.map((each) => ({...each, mayCall: false})), schema: undefined, standbys: undefined},
      [
        'schema look: The version of the schema cannot be read',
        'rights wrong: User guard may not ask the store',
        'standbys look: Standbys cannot be counted',
      ],
    ],
    [
      'no right to call one of them, so that no lease is asked for as a trial',
      {functions: [{name: 'guard.acquire', mayCall: false}, ...functions.slice(1)], claimProblem: 'untried'},
      ['rights wrong: User guard may not ask the store'],
    ],
    [
      'a trial that fails',
      {claimProblem: {text: 'permission denied for table lease', hint: undefined}},
      ['claim wrong: A lease that was asked for as a trial was not granted'],
    ],
    [
      'commits that wait for a standby that is not there',
      {awaitedStandbys: 1, standbys: {synchronous: 0, asynchronous: 1}},
      ['standbys wrong: Each commit waits for a standby that is not there: no lease is granted'],
    ],
    [
      'commits that wait for the standbys that are there',
      {awaitedStandbys: 1, standbys: {synchronous: 1, asynchronous: 0}},
      [],
    ],
    ['more rights', {moreRights: ['is a superuser']}, ['rights look: User guard may do more than a host needs']],
    [
      'asynchronous standbys alone',
      {standbys: {synchronous: 0, asynchronous: 2}},
      ['standbys look: All standbys are asynchronous: a fail-over may lose a grant'],
    ],
    ['a synchronous standby beside them', {standbys: {synchronous: 1, asynchronous: 2}}, []],
    ['fsync = off', {unsafeSettings: ['fsync']}, ['durability look: A crash of the server may lose a grant']],
    ['a clock 5 s behind', {serverAt: at + 5020}, []],
    ['a clock more than 5 s behind', {serverAt: at + 6020}, ['clock look: The clock of this host is 6s behind']],
    ['a clock an hour behind', {serverAt: at + 3_600_020}, ['clock look: The clock of this host is 1h behind']],
    ['a clock a minute ahead', {serverAt: at - 60_000}, ['clock look: The clock of this host is 1m ahead']],
    ['a clock more than that ahead', {serverAt: at - 62_000}, ['clock wrong: The clock of this host is 62s ahead']],
  ])('%s', (_title, facts, expected) => {
    expect(complaints(facts)).toEqual(expected)
  })

  test('an offset that the answer took itself is none', () => {
    expect(clockOffsetMs({askedAt: at, answeredAt: at + 4000, serverAt: at + 3999})).toBe(0)
    expect(clockOffsetMs({askedAt: at, answeredAt: at + 4000, serverAt: at + 4001})).toBe(-1)
    expect(clockOffsetMs({askedAt: at, answeredAt: at + 4000, serverAt: at - 1})).toBe(1)
  })
})
