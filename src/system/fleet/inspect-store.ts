import type {StoreFacts} from '../../domain/diagnose/store-findings.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {parseStoreUrl} from '../../domain/fleet/store-url.js'
import {createAsk, type StoreRow} from './ask.js'
import {schemaVersion} from './schema.js'
import {storePlace} from './store-problem.js'

interface Inspected {
  readonly url: string
  /** Limit of a connection, and of an answer. */
  readonly timeoutMs: number
  readonly now: () => number
}

/** Needs no rights: every user can read the catalogues. */
const factsSql = `
select current_user::text as "user", current_setting('server_version') as server_version,
  pg_is_in_recovery() as is_standby,
  floor(extract(epoch from clock_timestamp())::numeric * 1000)::bigint as server_ms,
  array_to_string(array(
    select p.proname || case when has_schema_privilege(p.pronamespace, 'usage') and has_function_privilege(p.oid, 'execute')
      then '+' else '-' end
    from pg_proc p where p.pronamespace = to_regnamespace('guard') and p.proname = any ($1) order by p.proname
  ), ' ') as functions,
  array_to_string(array(
    select right_name from (
      select 1 as place, 'is a superuser' as right_name from pg_roles where rolname = current_user and rolsuper
      union all
      select 2, 'owns the schema' from pg_namespace
      where nspname = 'guard' and nspowner = (select oid from pg_roles where rolname = current_user)
      union all
      select 3, 'reads the table' from pg_class
      where relnamespace = to_regnamespace('guard') and relname = 'lease' and has_table_privilege(oid, 'select')
      union all
      select 4, 'writes the table' from pg_class
      where relnamespace = to_regnamespace('guard') and relname = 'lease'
        and has_table_privilege(oid, 'insert, update, delete, truncate')
    ) r order by place
  ), ', ') as more_rights,
  array_to_string(array(
    select name from unnest(array['fsync', 'full_page_writes']) name where current_setting(name) = 'off'
  ), ', ') as unsafe_settings,
  case when current_setting('synchronous_commit') in ('off', 'local') then ''
    else current_setting('synchronous_standby_names') end as awaited`

const calledFunctions = ['acquire', 'check', 'list', 'release', 'renew', 'standbys', 'version']

/**
 * Looks at the store of a fleet as this host sees it, and changes nothing: a trial is undone.
 *
 * Throws GuardError `config` if the address is wrong. Rejects with StoreFault if there is no answer.
 */
export async function inspectStore({url, timeoutMs, now}: Inspected): Promise<StoreFacts> {
  const address = parseStoreUrl(url)
  const ask = createAsk(address, timeoutMs)
  const askedAt = now()
  const [row] = await ask(factsSql, [calledFunctions])
  const answeredAt = now()
  const text = (column: string) => textOf(row, column, storePlace(address))
  const functions = listOf(text('functions'), ' ').map((each) => ({
    name: `guard.${each.slice(0, -1)}`,
    mayCall: each.endsWith('+'),
  }))
  const may = (name: string) => functions.some((each) => each.name === name && each.mayCall)
  return {
    place: storePlace(address),
    serverVersion: text('server_version').split(' ')[0] ?? '',
    user: text('user'),
    tls: address.tls !== undefined,
    isStandby: row?.['is_standby'] === true,
    schema: may('guard.version')
      ? numberOf((await ask('select guard.version() as version', []))[0], 'version')
      : undefined,
    knownSchema: schemaVersion,
    neededFunctions: calledFunctions.length,
    functions,
    moreRights: listOf(text('more_rights'), ', '),
    serverAt: Number(text('server_ms')),
    askedAt,
    answeredAt,
    standbys: may('guard.standbys') ? countStandbys((await ask('select * from guard.standbys()', []))[0]) : undefined,
    awaitedStandbys: countAwaited(text('awaited')),
    claimProblem:
      functions.every(({mayCall}) => mayCall) && row?.['is_standby'] !== true
        ? await tryClaim(ask, timeoutMs)
        : 'untried',
    unsafeSettings: listOf(text('unsafe_settings'), ', '),
  }
}

/** `ANY 2 (one, two)`, `FIRST 1 (one)`, `2 (one, two)`, or names alone, of which one is enough. */
function countAwaited(names: string): number {
  if (names.trim() === '') return 0
  return Number(/^\s*(?:(?:any|first)\s+)?(\d+)\s*\(/i.exec(names)?.[1] ?? 1)
}

/** No job has such a name. */
const trial = "'(guard fleet check)'"

/** Catalogues do not tell all that a claim needs. What is undone waits for no standby. */
async function tryClaim(ask: ReturnType<typeof createAsk>, timeoutMs: number): Promise<StoreFacts['claimProblem']> {
  const [version, of] = [schemaVersion, `${schemaVersion}, ${trial}, 1, null`]
  const who = `${trial}, ${trial}, ${trial}, ${trial}`
  const verbs = [
    `acquire(${version}, ${who}, 60000, 0, null, 1, '{}', '{}', ${timeoutMs})`,
    `renew(${of})`,
    `check(${version}, ${trial}, 1)`,
    `release(${of}, 'ok', null, true)`,
    `list(${version})`,
  ]
  try {
    await ask(`begin; ${verbs.map((verb) => `select guard.${verb};`).join(' ')} rollback`, [])
    return undefined
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    return {text: error.message, hint: error.hints[0]}
  }
}

function countStandbys(row: StoreRow | undefined): StoreFacts['standbys'] {
  const [synchronous, asynchronous] = [numberOf(row, 'synchronous'), numberOf(row, 'asynchronous')]
  return synchronous === undefined || asynchronous === undefined ? undefined : {synchronous, asynchronous}
}

function numberOf(row: StoreRow | undefined, column: string): number | undefined {
  const value = row?.[column]
  return typeof value === 'number' ? value : undefined
}

function textOf(row: StoreRow | undefined, column: string, place: string): string {
  const value = row?.[column]
  if (typeof value === 'string') return value
  throw new StoreFault('invalid', `the store at ${place} answers with no ${column}; is it PostgreSQL?`)
}

function listOf(text: string, separator: string): readonly string[] {
  return text === '' ? [] : text.split(separator)
}
