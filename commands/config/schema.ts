import {defineCommand} from '../../src/cli/command/definition.js'
import {settingsJsonSchema} from '../../src/config/json-schema.js'

export default defineCommand({
  summary: 'Print the JSON Schema of the settings file, for editors',
  examples: ['guard config schema > guardian.schema.json'],
  async run({print}) {
    const schema = settingsJsonSchema()
    print(...JSON.stringify(schema, undefined, 2).split('\n'))
    return schema
  },
})
