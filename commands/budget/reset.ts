import * as Args from '@oclif/core/args'
import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {wireBudgets} from '../../src/cli/wire/budget.js'
import {resetBudget} from '../../src/usecases/recovery/budgets.js'

export default class BudgetReset extends GuardCommand {
  static override summary = 'Give a job its recovery budgets back, for all failure classes'
  static override examples = ['<%= config.bin %> budget reset pre_market_health_check']

  static override args = {job: Args.string({required: true, description: 'name of the job'})}

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BudgetReset)
    const job = checkedName(args.job)
    const guard = await this.openGuard(flags)
    guard.ensureState()
    resetBudget(wireBudgets(guard), job)
    this.print(`${job} has its recovery budgets back`)
    return {job, reset: true}
  }
}
