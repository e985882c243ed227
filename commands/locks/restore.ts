import {defineCommand} from '../../src/cli/command/definition.js'
import {renderRestored} from '../../src/cli/render/lock.js'
import {wireLocks} from '../../src/cli/wire/locks.js'
import {restoreLocks} from '../../src/usecases/recovery/clear-locks.js'

export default defineCommand({
  summary: 'Put cleared lock files back; nothing that stands in their place is overwritten',
  examples: ['guard locks restore', 'guard locks restore 3fK9xQ2mLw0Z'],
  args: {
    id: {summary: 'id that `locks clear` printed, or its first 4 characters or more (default: the last clearing)'},
  },
  async run({args, openGuard, show}) {
    const guard = await openGuard()
    const restored = restoreLocks(wireLocks(guard), args.id)
    show(renderRestored, restored)
    return restored
  },
})
