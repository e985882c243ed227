import {schemaSql, schemaVersion} from '../../../system/fleet/schema.js'

/** What `guard fleet schema` prints. */
export function readFleetSchema(): {readonly version: number; readonly sql: string} {
  return {version: schemaVersion, sql: schemaSql}
}
