import * as Args from '@oclif/core/args'
import {GuardCommand} from '../../src/cli/guard-command.js'
import {renderRestored} from '../../src/cli/render/lock.js'
import {wireLocks} from '../../src/cli/wire/locks.js'
import {restoreLocks} from '../../src/usecases/recovery/clear-locks.js'

export default class LocksRestore extends GuardCommand {
  static override summary = 'Put cleared lock files back; nothing that stands in their place is overwritten'
  static override examples = ['<%= config.bin %> locks restore', '<%= config.bin %> locks restore 3fK9xQ2mLw0Z']

  static override args = {id: Args.string({description: 'what `locks clear` printed (default: the last clearing)'})}

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LocksRestore)
    const guard = await this.openGuard(flags)
    const restored = restoreLocks(wireLocks(guard), args.id)
    this.print(renderRestored(restored))
    return restored
  }
}
