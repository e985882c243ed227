import {defineCommand} from '../../src/cli/command/definition.js'
import {readFleetSchema} from '../../src/cli/wire/fleet/fleet-schema.js'

export default defineCommand({
  summary: 'Print the SQL that makes a PostgreSQL the store of a fleet',
  description:
    'The administrator of the database applies it, once for each version: it makes the schema guard with one table and the ' +
    'functions that hosts call, and the role guard, which may call them and nothing else. Applied again it changes nothing; ' +
    'an older version is brought up.',
  examples: ['guard fleet schema | psql -v ON_ERROR_STOP=1 guard', 'guard fleet schema --json'],
  async run({print}) {
    const schema = readFleetSchema()
    print(...schema.sql.trimEnd().split('\n'))
    return schema
  },
})
