import {verbsSql} from './schema-verbs.js'

/**
 * Version of the tables and functions, raised with each change of what they take, answer or decide. A schema refuses each
 * guard that knows another version.
 */
export const schemaVersion = 3

/**
 * What the administrator of a PostgreSQL (12 or newer) applies, once for each version: one table with a row per job, the
 * functions that decide, and a role that may call them and nothing else. Applied again it changes nothing; an older
 * version is brought up, a newer one left as it is. Functions of an older version are dropped first: what takes other
 * parameters would stay beside the new one, and answer by the old rules.
 *
 * - Whoever asks in vain only reads: neither the row nor its lock is touched, so that hundreds of hosts cost no writes.
 * - All times are of `clock_timestamp()`, which moves on while a statement waits for a lock; `now()` does not.
 * - `search_path` is fixed, because the functions have the rights of their owner
 *   (https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY).
 * - How the last run has ended stays in its row when the lease is granted again: a host that is refused learns by it whether
 *   the job went well elsewhere.
 * - A wait for a lock is bounded by the functions: PgBouncer lets no time limit of a session through, and what is granted
 *   after guard has gone helps nobody. `acquire` is told how long guard waits for the answer.
 */
export const schemaSql = `-- The leases of guard's fleet, version ${schemaVersion}. Apply it as the owner of the schema:
--   guard fleet schema | psql -v ON_ERROR_STOP=1 DATABASE
-- Then give the role guard a password: \\password guard

begin;
set local client_min_messages = warning;

do $check$
declare
  old text;
begin
  perform pg_advisory_xact_lock(hashtext('guard.schema'));
  if current_setting('server_version_num')::integer < 120000 then
    raise exception 'guard needs PostgreSQL 12 or newer';
  end if;
  if exists (select from pg_namespace where nspname = 'guard' and pg_get_userbyid(nspowner) <> current_user) then
    raise exception 'the schema guard belongs to another role: apply this as its owner';
  end if;
  if to_regprocedure('guard.version()') is not null then
    if guard.version() > ${schemaVersion} then
      raise exception 'the schema has version %, newer than this one: use a newer guard', guard.version();
    end if;
    if guard.version() < ${schemaVersion} then
      for old in select oid::regprocedure::text from pg_proc where pronamespace = 'guard'::regnamespace loop
        execute 'drop routine ' || old;
      end loop;
      drop type if exists guard.answer;
    end if;
  end if;
  if to_regrole('guard') is null then
    create role guard login;
  end if;
end $check$;

create schema if not exists guard;

create table if not exists guard.lease (
  job text primary key check (length(job) <= 256),
  token bigint not null check (token > 0),
  host text not null,
  holder text not null,
  claim_id text not null check (length(claim_id) <= 256),
  attempt bigint not null,
  slot_at timestamptz,
  claimed_at timestamptz not null,
  ttl_ms bigint not null check (ttl_ms > 0),
  expires_at timestamptz not null,
  released_at timestamptz,
  release_status text check (release_status in ('ok', 'error')),
  release_detail text,
  ended_token bigint,
  ended_status text,
  ended_at timestamptz
) with (fillfactor = 50);
-- Older schemas had none of these.
alter table guard.lease
  add column if not exists attempt bigint not null default 0,
  add column if not exists ended_token bigint,
  add column if not exists ended_status text,
  add column if not exists ended_at timestamptz;

do $answer$ begin
  if to_regtype('guard.answer') is null then
    create type guard.answer as (
      state text, job text, token bigint, host text, holder text, claim_id text, slot_ms bigint, claimed_ms bigint,
      ttl_ms bigint, remaining_ms bigint, released_ms bigint, release_status text, release_detail text,
      ended_token bigint, ended_status text, ended_ms bigint, server_ms bigint
    );
  end if;
end $answer$;

create or replace function guard.version() returns integer
language sql immutable as $$ select ${schemaVersion} $$;

create or replace function guard.ms(at timestamptz) returns bigint
language sql immutable as $$ select round(extract(epoch from at)::numeric * 1000)::bigint $$;

-- With a time that is a variable of the caller, and no call, the server puts this in its place and calls nothing.
create or replace function guard.answer_of(state text, lease guard.lease, at timestamptz) returns guard.answer
language sql stable as $$
  select row(
    state, lease.job, lease.token, lease.host, lease.holder, lease.claim_id, guard.ms(lease.slot_at),
    guard.ms(lease.claimed_at), lease.ttl_ms,
    case when lease.released_at is null and lease.expires_at > at
      then guard.ms(lease.expires_at) - guard.ms(at) when lease.job is not null then 0 end,
    guard.ms(lease.released_at), lease.release_status, lease.release_detail,
    lease.ended_token, lease.ended_status, guard.ms(lease.ended_at), guard.ms(at)
  )::guard.answer
$$;

-- Why a claim gets no lease: null if it gets one. A claim whose answer was lost is known by its id, and asks with the next
-- attempt: an older one, which was on its way all the time, must not take the lease from its own claim.
-- Claims that their host has given up, and that were granted after that, are nobody's: the host's next claim takes their
-- lease, and their slot if it is for the same. It has an id of its own, so that one of two takes it. In the same way it takes
-- the lease of a run of its host whose processes are gone, to run the job again.
create or replace function guard.refusal(
  lease guard.lease, claim_id text, attempt bigint, slot timestamptz, given_up text[], given_up_of_slot text[]
) returns text
language sql volatile as $$
  select case
    when lease.job is null then null
    when lease.claim_id = $2 and $3 <= lease.attempt then 'held'
    when lease.claim_id = $2 and lease.released_at is null then null
    when lease.claim_id = any ($6) and lease.released_at is null and slot = lease.slot_at then null
    when lease.claim_id = any ($5) and lease.released_at is null and coalesce(slot > lease.slot_at, true) then null
    when slot <= lease.slot_at then 'done'
    when lease.released_at is null and lease.expires_at > clock_timestamp() then 'held'
  end
$$;

-- How a token stands. One that was given back, or is not the newest, or that a restored backup never gave, never holds
-- again; one that has expired can be renewed.
create or replace function guard.standing(lease guard.lease, token bigint) returns text
language sql volatile as $$
  select case
    when lease.token is distinct from $2 or lease.released_at is not null then 'fenced'
    when lease.expires_at > clock_timestamp() then 'held'
    else 'expired'
  end
$$;

-- Whether a lease is of the claim that a host names, or it names none. A server that lost its last commits in a fail-over
-- gives another claim the token of one that still runs.
create or replace function guard.is_of(lease guard.lease, claim_id text) returns boolean
language sql stable as $$ select $2 is null or lease.claim_id = $2 $$;

-- Whether a host may be answered: not one that knows another schema, and not by a server that follows another one, whose
-- copy may be old and must not say that a token holds.
create or replace function guard.may_ask(version integer) returns boolean
language sql volatile as $$ select version = guard.version() and not pg_is_in_recovery() $$;

create or replace function guard.refuse(version integer) returns void
language plpgsql as $$
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'read_only_sql_transaction', message = 'this server follows another one';
  end if;
  raise exception using errcode = 'GD001', message = format(
    'the schema has version %s, and this guard needs version %s', guard.version(), version);
end
$$;

-- Tokens and renewals survive a crash of the server, also where commits are set not to wait for the disk.
create or replace function guard.require_durable() returns void
language plpgsql as $$
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true);
  end if;
end
$$;

${verbsSql}
-- How many servers follow this one, and would take its place. The details are for roles with more rights than guard.
create or replace function guard.standbys() returns table (synchronous integer, asynchronous integer)
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select
    count(*) filter (where sync_state in ('sync', 'quorum'))::integer,
    count(*) filter (where sync_state in ('async', 'potential') or sync_state is null)::integer
  from pg_stat_replication r
  where (state in ('streaming', 'catchup') or state is null)
    and not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
$$;

revoke all on schema guard from public;
revoke all on all tables in schema guard from public, guard;
revoke all on all functions in schema guard from public, guard;
grant usage on schema guard to guard;
grant execute on function
  guard.version(),
  guard.acquire(integer, text, text, text, text, bigint, bigint, bigint, bigint, text[], text[], bigint),
  guard.renew(integer, text, bigint, text), guard.release(integer, text, bigint, text, text, text, boolean),
  guard.check(integer, text, bigint), guard.list(integer), guard.standbys() to guard;

comment on schema guard is 'Leases of guard''s fleet, version ${schemaVersion}';

commit;
`
