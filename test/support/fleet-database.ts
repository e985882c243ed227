import {schemaSql} from '../../src/system/fleet/schema.js'
import type {Postgres} from './postgres.js'

/** A user who may do what a host does: the role of the schema, with a password. */
export const hostUser = 'guard'

let made = 0

/**
 * Creates a database with the schema of a fleet in a server, for one test.
 * @returns its name, and the address with which a host asks it
 */
export async function createFleetDatabase(server: Postgres): Promise<{readonly name: string; readonly url: string}> {
  const name = `fleet_${++made}`
  await server.sql(`create database ${name}`)
  await server.sql(schemaSql, name)
  await server.setPassword(hostUser)
  return {name, url: server.urlOf(hostUser, name)}
}
