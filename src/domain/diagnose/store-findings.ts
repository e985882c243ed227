import {formatDuration} from '../clock/duration.js'
import {listNames} from '../health/list-names.js'
import {type Finding, finding} from './finding.js'

/** What a store says of itself, and of the user of the address. */
export interface StoreFacts {
  /** The server as messages name it. */
  readonly place: string
  readonly serverVersion: string
  readonly user: string
  readonly tls: boolean
  /** Whether it follows another server, and so writes nothing. */
  readonly isStandby: boolean
  /** Version of the schema; undefined if there is none, or none that the user may ask. */
  readonly schema: number | undefined
  /** Version of the schema that this guard knows. */
  readonly knownSchema: number
  /** How many functions there should be. */
  readonly neededFunctions: number
  /** Functions that hosts call, and that are there. */
  readonly functions: readonly {readonly name: string; readonly mayCall: boolean}[]
  /** What the user may do beyond calling them: "is a superuser". */
  readonly moreRights: readonly string[]
  /** The store's clock, ms since 1970. */
  readonly serverAt: number
  /** This host's clock before the question and after the answer, ms since 1970. */
  readonly askedAt: number
  readonly answeredAt: number
  /** Servers that follow it; undefined if the user may not ask. */
  readonly standbys: {readonly synchronous: number; readonly asynchronous: number} | undefined
  /** How many standbys each commit waits for; 0 if for none. */
  readonly awaitedStandbys: number
  /** Why a lease that was asked for as a trial was not granted, renewed and given back; undefined if it was. */
  readonly claimProblem: {readonly text: string; readonly hint: string | undefined} | 'untried' | undefined
  /** Settings without which a crash of the server loses what it has answered. */
  readonly unsafeSettings: readonly string[]
}

/**
 * More than NTP leaves between two hosts, which is below a second; slots of jobs run that much apart. A slot that comes
 * a minute before its time is refused by the store. Milliseconds.
 */
const [unusualOffsetMs, earlyMs] = [5000, 60_000]

/** What a host needs of its store, one finding for each. */
export function judgeStore(facts: StoreFacts): readonly Finding[] {
  const {place, serverVersion, user} = facts
  const reached = finding('reached', 'well', 'reached', {proof: `${place}, PostgreSQL ${serverVersion}, as ${user}`})
  return [
    facts.isStandby ? standby(facts) : reached,
    judgeTls(facts),
    judgeSchema(facts),
    // Without a schema there is no right to it, and nothing that counts the standbys.
    ...(facts.functions.length > 0 ? [judgeRights(facts), ...judgeClaim(facts), judgeStandbys(facts)] : []),
    judgeClock(facts),
    judgeSettings(facts),
  ]
}

function standby({place}: StoreFacts): Finding {
  return finding('reached', 'wrong', 'The server follows another one, and grants nothing', {
    proof: place,
    note: 'name the server that writes, or a name that leads to it after a fail-over too',
  })
}

function judgeTls({tls}: StoreFacts): Finding {
  const proof = tls ? 'certificate and name are checked' : 'none, the connection stays on this machine'
  return finding('tls', 'well', 'TLS', {proof})
}

const applySchema = {mend: 'guard fleet schema | psql', note: 'as the owner of the database'} as const

function judgeSchema({schema, knownSchema, functions, neededFunctions}: StoreFacts): Finding {
  const {mend, note} = applySchema
  if (functions.length === 0) return finding('schema', 'wrong', 'The schema is missing', {mend, note})
  // Rights are told by their own finding.
  if (schema === undefined) return finding('schema', 'look', 'The version of the schema cannot be read')
  if (schema > knownSchema)
    return finding('schema', 'wrong', 'The schema is newer than this guard', {
      proof: `version ${schema}, and this guard knows ${knownSchema}`,
      note: 'update guard on this host',
    })
  if (schema < knownSchema)
    return finding('schema', 'wrong', 'The schema is older than this guard', {
      proof: `version ${schema}, and this guard needs ${knownSchema}`,
      ...{mend, note},
    })
  if (functions.length < neededFunctions)
    return finding('schema', 'wrong', 'The schema has lost functions', {
      proof: `of ${neededFunctions} it has ${listNames(functions.map(({name}) => name))}`,
      ...{mend, note},
    })
  return finding('schema', 'well', 'schema', {proof: `version ${schema}`})
}

/** Has all rights that a host needs, once the schema is applied. */
const hostRole = 'guard'

function grantOf(user: string): {readonly mend: string; readonly note: string} {
  return {mend: `grant guard to "${user}"`, note: 'in psql, as the owner of the schema; or log in as guard'}
}

function judgeRights({user, functions, moreRights}: StoreFacts): Finding {
  const missing = functions.filter(({mayCall}) => !mayCall).map(({name}) => name)
  if (missing.length > 0)
    return finding('rights', 'wrong', `User ${user} may not ask the store`, {
      proof: `no right to call ${listNames(missing)}`,
      ...(user === hostRole ? applySchema : grantOf(user)),
    })
  if (moreRights.length > 0)
    return finding('rights', 'look', `User ${user} may do more than a host needs`, {
      proof: moreRights.join(', '),
      note: 'let the address name the user guard, or one who has its rights alone',
    })
  return finding('rights', 'well', 'rights', {proof: 'to call the functions, and no more'})
}

/** If the store cannot grant anything, such as a standby, another finding tells why. */
function judgeClaim({schema, knownSchema, isStandby, claimProblem}: StoreFacts): readonly Finding[] {
  if (isStandby || schema !== knownSchema || claimProblem === 'untried') return []
  if (!claimProblem) return [finding('claim', 'well', 'claim', {proof: 'one was granted as a trial, and undone'})]
  const {text, hint} = claimProblem
  const told = {proof: text, ...(hint !== undefined && {note: hint})}
  return [finding('claim', 'wrong', 'A lease that was asked for as a trial was not granted', told)]
}

function judgeClock({serverAt, askedAt, answeredAt}: StoreFacts): Finding {
  const offsetMs = clockOffsetMs({serverAt, askedAt, answeredAt})
  const away = formatDuration(Math.round(Math.abs(offsetMs) / 1000) * 1000)
  const note = 'let NTP set both clocks'
  if (offsetMs > earlyMs)
    return finding('clock', 'wrong', `The clock of this host is ${away} ahead`, {
      proof: 'its slots come before their time, and are refused',
      note,
    })
  if (Math.abs(offsetMs) > unusualOffsetMs)
    return finding('clock', 'look', `The clock of this host is ${away} ${offsetMs > 0 ? 'ahead' : 'behind'}`, {
      proof: "the store's clock decides; this host comes too early or too late for its slots",
      note,
    })
  return finding('clock', 'well', 'clock', {proof: `within ${formatDuration(unusualOffsetMs)} of the store's`})
}

/** By how much this host's clock is ahead, or behind if negative, at least: as long as the answer took is not known. */
export function clockOffsetMs({
  serverAt,
  askedAt,
  answeredAt,
}: Pick<StoreFacts, 'serverAt' | 'askedAt' | 'answeredAt'>): number {
  if (serverAt < askedAt) return askedAt - serverAt
  return serverAt > answeredAt ? answeredAt - serverAt : 0
}

function judgeStandbys({standbys, awaitedStandbys}: StoreFacts): Finding {
  if (standbys && standbys.synchronous < awaitedStandbys)
    return finding('standbys', 'wrong', 'Each commit waits for a standby that is not there: no lease is granted', {
      proof: `${standbys.synchronous} of ${awaitedStandbys} synchronous standbys are connected`,
      note: 'start it, or name another one in synchronous_standby_names',
    })
  if (!standbys) return finding('standbys', 'look', 'Standbys cannot be counted')
  const {synchronous, asynchronous} = standbys
  if (asynchronous > 0 && synchronous === 0)
    return finding('standbys', 'look', 'All standbys are asynchronous: a fail-over may lose a grant', {
      proof: `${asynchronous} of them; two hosts may then run one job`,
      note: 'name one in synchronous_standby_names',
    })
  const proof = synchronous + asynchronous === 0 ? 'none' : `${synchronous} synchronous, ${asynchronous} asynchronous`
  return finding('standbys', 'well', 'standbys', {proof})
}

function judgeSettings({unsafeSettings}: StoreFacts): Finding {
  if (unsafeSettings.length === 0) return finding('durability', 'well', 'durability', {proof: 'a crash loses no grant'})
  return finding('durability', 'look', 'A crash of the server may lose a grant', {
    proof: `${unsafeSettings.join(' and ')} is off`,
    note: 'turn it on in postgresql.conf',
  })
}
