/**
 * The functions that hosts call, a verb of `FleetStore` each. They have the rights of their owner; a number that says the
 * caller's version comes first. What other hosts print is bounded, for a host that was broken into may write anything.
 */
export const verbsSql = `create or replace function guard.acquire(
  p_version integer, p_job text, p_host text, p_holder text, p_claim_id text, p_ttl_ms bigint, p_floor bigint,
  p_slot_ms bigint, p_attempt bigint, p_given_up text[], p_given_up_of_slot text[], p_limit_ms bigint
) returns guard.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
declare
  at timestamptz := clock_timestamp();
  slot timestamptz := to_timestamp(p_slot_ms / 1000.0);
  lease guard.lease;
  refused text;
begin
  if not guard.may_ask(p_version) then perform guard.refuse(p_version); end if;
  if slot > at + interval '60 s' then
    return guard.answer_of('early', lease, at);
  end if;
  select l.* into lease from guard.lease l where l.job = p_job;
  refused := guard.refusal(lease, p_claim_id, p_attempt, slot, p_given_up, p_given_up_of_slot);
  if refused is not null then
    return guard.answer_of(refused, lease, at);
  end if;
  perform guard.require_durable();
  insert into guard.lease as l
    (job, token, host, holder, claim_id, attempt, slot_at, claimed_at, ttl_ms, expires_at)
  values (
    p_job, p_floor + 1, left(p_host, 256), left(p_holder, 256), p_claim_id, p_attempt, slot, clock_timestamp(), p_ttl_ms,
    clock_timestamp() + p_ttl_ms * interval '1 ms')
  on conflict (job) do update set
    token = greatest(l.token, p_floor) + 1, host = left(p_host, 256), holder = left(p_holder, 256), claim_id = p_claim_id,
    attempt = p_attempt, slot_at = greatest(l.slot_at, slot), claimed_at = clock_timestamp(), ttl_ms = p_ttl_ms,
    expires_at = clock_timestamp() + p_ttl_ms * interval '1 ms',
    released_at = null, release_status = null, release_detail = null
  where guard.refusal(l, p_claim_id, p_attempt, slot, p_given_up, p_given_up_of_slot) is null
  returning l.* into lease;
  at := clock_timestamp();
  if found and at > statement_timestamp() + p_limit_ms * interval '1 ms' then
    raise exception using errcode = 'lock_not_available', message = 'the lease was not free in time';
  end if;
  if found then
    return guard.answer_of('granted', lease, at);
  end if;
  -- Another claim was decided while this one waited for the row.
  select l.* into lease from guard.lease l where l.job = p_job;
  refused := guard.refusal(lease, p_claim_id, p_attempt, slot, p_given_up, p_given_up_of_slot);
  return guard.answer_of(coalesce(refused, 'held'), lease, at);
end
$$;

create or replace function guard.renew(p_version integer, p_job text, p_token bigint, p_claim_id text)
returns guard.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
declare
  lease guard.lease;
  at timestamptz;
begin
  if not guard.may_ask(p_version) then perform guard.refuse(p_version); end if;
  perform guard.require_durable();
  update guard.lease l
  set expires_at = clock_timestamp() + l.ttl_ms * interval '1 ms'
  where l.job = p_job and l.token = p_token and l.released_at is null and guard.is_of(l, p_claim_id)
  returning l.* into lease;
  if not found then
    select l.* into lease from guard.lease l where l.job = p_job;
  end if;
  at := clock_timestamp();
  return guard.answer_of(
    case when guard.is_of(lease, p_claim_id) then guard.standing(lease, p_token) else 'fenced' end, lease, at);
end
$$;

create or replace function guard.release(
  p_version integer, p_job text, p_token bigint, p_claim_id text, p_status text, p_detail text, p_counts boolean
) returns guard.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
declare
  lease guard.lease;
  at timestamptz;
begin
  if not guard.may_ask(p_version) then perform guard.refuse(p_version); end if;
  update guard.lease l
  set released_at = clock_timestamp(), release_status = p_status, release_detail = left(p_detail, 1024),
    ended_token = case when p_counts then l.token else l.ended_token end,
    ended_status = case when p_counts then p_status else l.ended_status end,
    ended_at = case when p_counts then clock_timestamp() else l.ended_at end
  where l.job = p_job and l.token = p_token and l.released_at is null and guard.is_of(l, p_claim_id)
  returning l.* into lease;
  if not found then
    select l.* into lease from guard.lease l where l.job = p_job;
  end if;
  -- Given back now or before, it was held until then.
  at := clock_timestamp();
  return guard.answer_of(
    case when lease.token = p_token and guard.is_of(lease, p_claim_id) then 'held' else 'fenced' end, lease, at);
end
$$;

create or replace function guard.check(p_version integer, p_job text, p_token bigint) returns guard.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
declare
  lease guard.lease;
  at timestamptz;
begin
  if not guard.may_ask(p_version) then perform guard.refuse(p_version); end if;
  select l.* into lease from guard.lease l where l.job = p_job;
  at := clock_timestamp();
  return guard.answer_of(guard.standing(lease, p_token), lease, at);
end
$$;

create or replace function guard.list(p_version integer) returns setof guard.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s' as $$
begin
  if not guard.may_ask(p_version) then perform guard.refuse(p_version); end if;
  return query select a.* from guard.lease l,
    lateral guard.answer_of(
      case when l.released_at is null then guard.standing(l, l.token) else 'released' end, l, clock_timestamp()) a
    order by l.job collate "C";
end
$$;
`
