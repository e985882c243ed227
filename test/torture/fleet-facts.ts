import {existsSync, readFileSync} from 'node:fs'
import type {Postgres} from '../support/postgres.js'

/** What the jobs of a fleet wrote down, what the store committed, and what of it must not be. */

/** A line of `fleet-job.py`; `at` is the machine's monotonic clock, seconds. */
export interface Fact {
  readonly fact: 'began' | 'acted' | 'refused' | 'ended'
  readonly host: string
  readonly run: string
  readonly token: number
  readonly at: number
  /** Its parent when it began. */
  readonly guard?: number
}

/** One grant, as the store committed it, with the row that it replaced. */
interface Grant {
  readonly token: number
  readonly host: string
  readonly claim: string
  /** Seconds since 1970. */
  readonly slotAt: number | null
  /** Whether that lease was over, by the server's clock. */
  readonly former: {readonly token: number; readonly isFree: boolean} | null
}

/** Claims whose hosts go without them: what they have been granted is nobody's, and their host's next claim gets it. */
type GivenUp = ReadonlySet<string>

/** From here on a guard cannot end its job, because it was stopped or killed: only the token protects against that job. */
export interface Disturbance {
  readonly guard: number
  readonly at: number
}

/** The monotonic clock that the facts have, seconds. */
export const monoS = () => Number(process.hrtime.bigint()) / 1e9

export function factsIn(file: string): Fact[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Fact)
}

/** Has the server write down each grant in the transaction that makes it. */
export async function auditGrants(server: Postgres): Promise<void> {
  await server.sql(
    `create table audit (n bigserial, at timestamptz, former guard.lease, lease guard.lease);
     create function audit() returns trigger language plpgsql security definer as $$ begin
       if tg_op = 'INSERT' or old.token <> new.token then
         insert into public.audit (at, former, lease) values (clock_timestamp(), case when tg_op = 'UPDATE' then old end, new);
       end if;
       return null;
     end $$;
     create trigger audit after insert or update on guard.lease for each row execute function audit();`,
  )
}

/** What `auditGrants` has written, in the order of the commits. */
export async function grantsOf(server: Postgres): Promise<Grant[]> {
  const lines = await server.sql(
    `select json_build_object(
       'token', (lease).token, 'host', (lease).host, 'claim', (lease).claim_id, 'slotAt', extract(epoch from (lease).slot_at),
       'former', case when (former).job is not null then json_build_object(
         'token', (former).token, 'isFree', (former).released_at is not null or (former).expires_at <= at) end)
     from audit order by n`,
  )
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Grant)
}

interface Run {
  readonly token: number
  readonly host: string
  readonly guard: number | undefined
  readonly from: number
  to: number
}

/** @returns one sentence for each thing that must not be */
export function faultsOf(
  facts: readonly Fact[],
  grants: readonly Grant[],
  disturbed: readonly Disturbance[] = [],
  givenUp?: GivenUp,
): readonly string[] {
  return [...overlaps(runsOf(facts), disturbed), ...strangeTokens(facts, grants), ...wrongGrants(grants, givenUp)]
}

function runsOf(facts: readonly Fact[]): readonly Run[] {
  const runs = new Map<string, Run>()
  for (const {run, token, host, at, guard} of facts) {
    const known = runs.get(`${run} ${token}`)
    if (known) known.to = Math.max(known.to, at)
    else runs.set(`${run} ${token}`, {token, host, guard, from: at, to: at})
  }
  return [...runs.values()].sort((one, other) => one.token - other.token)
}

/** Two jobs at once, unless nobody was there who could have ended the older one. */
function overlaps(runs: readonly Run[], disturbed: readonly Disturbance[]): readonly string[] {
  const wasDisturbed = ({guard}: Run, before: number) =>
    disturbed.some((one) => one.guard === guard && one.at <= before)
  return runs.flatMap((older, index) =>
    runs
      .slice(index + 1)
      .filter((newer) => newer.from < older.to && !wasDisturbed(older, newer.from))
      .map(
        (newer) =>
          `${newer.host} began with ${newer.token} ${Math.round((older.to - newer.from) * 1000)} ms before ${older.host} ended with ${older.token}`,
      ),
  )
}

function strangeTokens(facts: readonly Fact[], grants: readonly Grant[]): readonly string[] {
  const given = new Map(grants.map(({token, host}) => [token, host]))
  const runOf = new Map<number, string>()
  return facts
    .filter(({fact}) => fact === 'began')
    .flatMap(({token, host, run}) => {
      const former = runOf.get(token)
      runOf.set(token, run)
      return [
        ...(former === undefined ? [] : [`the token ${token} was used by two runs, ${former} and ${run}`]),
        ...(given.get(token) === host ? [] : [`${host} ran with ${token}, which it was not given`]),
      ]
    })
}

function wrongGrants(grants: readonly Grant[], givenUp: GivenUp | undefined): readonly string[] {
  const claims = new Map<number, string>()
  return grants.flatMap(({token, host, claim, slotAt, former}, index) => {
    const before = grants[index - 1]
    const found: string[] = []
    if (before && token <= before.token) found.push(`${token} was given after ${before.token}`)
    if (former && !former.isFree && before?.claim !== claim && !isOfHost(before, host, givenUp))
      found.push(`${host} was given ${token} while the lease of ${former.token} ran`)
    // Among claims without a slot, which leave the last one in the row, only the hosts know for which they ran.
    if (!givenUp && slotAt !== null && (claims.get(slotAt) ?? claim) !== claim)
      found.push(`the slot ${slotAt} was given to two claims, the second one of ${host}`)
    if (slotAt !== null) claims.set(slotAt, claim)
    return found
  })
}

function isOfHost(before: Grant | undefined, host: string, givenUp: GivenUp | undefined): boolean {
  return before !== undefined && before.host === host && givenUp?.has(before.claim) === true
}
