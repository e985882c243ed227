import {durationFlag, GuardCommand} from '../../src/cli/guard-command.js'
import {renderLocks} from '../../src/cli/render/lock.js'
import {locksAsked, wireLocks} from '../../src/cli/wire/locks.js'
import {listLocks} from '../../src/usecases/recovery/clear-locks.js'

export default class LocksList extends GuardCommand {
  static override summary = 'Lock files, each with the proof that it is held or stale'
  static override description =
    'Without a PATTERN: those of the clear-locks steps in the settings. Patterns are relative to the working directory.'
  static override usage = '<%= command.id %> [--min-age D] [PATTERN…]'
  static override examples = ['<%= config.bin %> locks list', "<%= config.bin %> locks list 'state/**/*.lock' --json"]
  static override strict = false

  static override flags = {
    'min-age': durationFlag({summary: 'age from which a lock that names no process is stale (default 10m)'}),
  }

  async run(): Promise<object> {
    const {argv, flags} = await this.parse(LocksList)
    const guard = await this.openGuard(flags)
    const searches = locksAsked(guard, {patterns: argv as string[], minAgeMs: flags['min-age']})
    const list = await listLocks(wireLocks(guard), searches)
    this.print(renderLocks(list))
    return list
  }
}
