import {defineCommand} from '../../src/cli/command/definition.js'
import {renderCleared, renderLocks} from '../../src/cli/render/lock.js'
import {locksAsked, wireLocks} from '../../src/cli/wire/locks.js'
import {clearLocks, listLocks} from '../../src/usecases/recovery/clear-locks.js'

export default defineCommand({
  summary: 'Move lock files that are provably stale into a quarantine',
  description:
    'A lock is stale if no process holds it and the one that it names is gone, or it names none and is old. ' +
    'What matches and has no name of a lock (`*.lock`, `*.pid`, …) is kept. ' +
    '`guard locks restore` undoes it.',
  usage: 'locks clear [--dry-run] [--min-age D] [--force] [PATTERN…]',
  examples: ['guard locks clear --dry-run', "guard locks clear 'state/**/*.lock' --min-age 1h"],
  rest: true,
  flags: {
    'dry-run': {type: 'boolean', summary: 'only show what is stale'},
    'min-age': {
      type: 'duration',
      summary: 'age from which a lock that names no process is stale',
      settingsDefault: '10m',
    },
    force: {type: 'boolean', summary: 'clear whatever matches, held or not, whatever its name'},
  },
  async run({rest, flags, show, openGuard}) {
    const guard = await openGuard()
    const searches = locksAsked(guard, {patterns: rest, minAgeMs: flags['min-age']})
    if (flags['dry-run']) {
      const list = await listLocks(wireLocks(guard), searches)
      show(renderLocks, list)
      return {...list, cleared: []}
    }
    guard.ensureState()
    const cleared = await clearLocks(wireLocks(guard), searches, flags.force ? 'force' : 'proof')
    show(renderCleared, cleared)
    return cleared
  },
})
