import {boolean} from '@oclif/core/flags'
import {durationFlag, GuardCommand} from '../../src/cli/guard-command.js'
import {renderCleared, renderLocks} from '../../src/cli/render/lock.js'
import {locksAsked, wireLocks} from '../../src/cli/wire/locks.js'
import {clearLocks, listLocks} from '../../src/usecases/recovery/clear-locks.js'

export default class LocksClear extends GuardCommand {
  static override summary = 'Move lock files that are provably stale into a quarantine'
  static override description =
    'A lock is stale if no process holds it and the one that it names is gone, or it names none and is old. ' +
    '`guard locks restore` undoes it.'
  static override usage = '<%= command.id %> [--dry-run] [--min-age D] [--force] [PATTERN…]'
  static override examples = [
    '<%= config.bin %> locks clear --dry-run',
    "<%= config.bin %> locks clear 'state/**/*.lock' --min-age 1h",
  ]
  static override strict = false

  static override flags = {
    'dry-run': boolean({summary: 'only show what is stale'}),
    'min-age': durationFlag({summary: 'age from which a lock that names no process is stale (default 10m)'}),
    force: boolean({summary: 'clear whatever matches, held or not'}),
  }

  async run(): Promise<object> {
    const {argv, flags} = await this.parse(LocksClear)
    const guard = await this.openGuard(flags)
    const searches = locksAsked(guard, {patterns: argv as string[], minAgeMs: flags['min-age']})
    if (flags['dry-run']) {
      const list = await listLocks(wireLocks(guard), searches)
      this.print(renderLocks(list))
      return {...list, cleared: []}
    }
    guard.ensureState()
    const cleared = await clearLocks(wireLocks(guard), searches, flags.force ? 'force' : 'proof')
    this.print(renderCleared(cleared))
    return cleared
  }
}
