import {defineCommand} from '../../src/cli/command/definition.js'
import {renderLocks} from '../../src/cli/render/lock.js'
import {locksAsked, wireLocks} from '../../src/cli/wire/locks.js'
import {listLocks} from '../../src/usecases/recovery/clear-locks.js'

export default defineCommand({
  summary: 'Lock files, each with the proof that it is held or stale',
  description:
    'Without a PATTERN: those of the clear-locks steps in the settings. Patterns are relative to the working directory.',
  usage: 'locks list [--min-age D] [PATTERN…]',
  examples: ['guard locks list', "guard locks list 'state/**/*.lock' --json"],
  rest: true,
  flags: {
    'min-age': {
      type: 'duration',
      summary: 'age from which a lock that names no process is stale',
      settingsDefault: '10m',
    },
  },
  async run({rest, flags, show, openGuard}) {
    const guard = await openGuard()
    const searches = locksAsked(guard, {patterns: rest, minAgeMs: flags['min-age']})
    const list = await listLocks(wireLocks(guard), searches)
    show(renderLocks, list)
    return list
  },
})
