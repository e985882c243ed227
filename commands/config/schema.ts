import {GuardCommand} from '../../src/cli/guard-command.js'
import {settingsJsonSchema} from '../../src/config/json-schema.js'

export default class ConfigSchema extends GuardCommand {
  static override summary = 'Print the JSON Schema of the settings file, for editors'
  static override examples = ['<%= config.bin %> config schema > guardian.schema.json']

  async run(): Promise<object> {
    await this.parse(ConfigSchema)
    const schema = settingsJsonSchema()
    this.print(JSON.stringify(schema, undefined, 2))
    return schema
  }
}
