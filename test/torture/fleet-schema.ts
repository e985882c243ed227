import {schemaSql} from '../../src/system/fleet/schema.js'
import {type Postgres, passwordOf} from '../support/postgres.js'

/** The schema of guard on a server of a test, as it is and with faults that a test must find. */

/** Makes the schema anew, with no rows. */
export async function applySchema(server: Postgres, change: (sql: string) => string = (sql) => sql): Promise<void> {
  await server.sql('drop schema if exists guard cascade; drop table if exists audit; drop function if exists audit')
  await server.sql(change(schemaSql))
  await server.sql(`alter role guard password '${passwordOf('guard')}'`)
}

/** The address for the role that may only call the functions, perhaps by another port. */
export function fleetUrl(server: Postgres, port = server.port): string {
  const url = new URL(server.urlOf('guard'))
  url.port = `${port}`
  return url.href
}

/** A store that knows leases alone. */
export const withoutSlots = (sql: string) => replaced(sql, /when slot <= lease\.slot_at then 'done'/, '')

/** A store that grants long after the host has stopped waiting. */
export const withoutLimit = (sql: string) => replaced(sql, /p_limit_ms \* interval '1 ms'/, "interval '1 year'")

/** A store that judges by the clock of the host that asks, which is wrong by what the table `guard.skew` says. */
export function withHostClocks(sql: string): string {
  const clock = `
    create table guard.skew (host text, by interval);
    create function guard.host_clock() returns timestamptz language plpgsql volatile as $$
    begin
      return clock_timestamp() +
        coalesce((select s.by from guard.skew s where s.host = current_setting('guard.host', true)), '0');
    end $$;`
  const tell = (host: string) => `\nbegin\n  perform set_config('guard.host', ${host}, true);\n`
  const [before = '', acquire = '', after = '', rest = ''] = sql.split(
    /(create or replace function guard\.acquire[\s\S]+?\n\$\$;)([\s\S]+?)(?=create or replace function guard\.list)/,
  )
  const skewed = [
    before,
    replaced(acquire, /\nbegin\n/g, tell('p_host')),
    replaced(after, /\nbegin\n/g, tell('(select l.host from guard.lease l where l.job = p_job)')),
    rest,
  ]
    .join('')
    .replaceAll('clock_timestamp()', 'guard.host_clock()')
  // To a host whose clock is ahead, each wait would be too long.
  return replaced(withoutLimit(skewed), /create schema if not exists guard;/, (found) => `${found}${clock}`)
}

/** Fails where nothing is replaced, because the schema has changed and the fault is not in it any more. */
function replaced(text: string, pattern: RegExp, by: string | ((found: string) => string)): string {
  if (!pattern.test(text)) throw new Error(`the schema has no ${pattern}`)
  pattern.lastIndex = 0
  return typeof by === 'string' ? text.replace(pattern, () => by) : text.replace(pattern, by)
}
