import {GuardCommand} from '../../src/cli/guard-command.js'
import {budgetToJson, renderBudgets} from '../../src/cli/render/budget.js'
import {wireBudgets} from '../../src/cli/wire/budget.js'
import {listBudgets} from '../../src/usecases/recovery/budgets.js'

export default class BudgetList extends GuardCommand {
  static override summary = 'What is left of the recovery budgets, for each job and failure class'
  static override examples = ['<%= config.bin %> budget list', '<%= config.bin %> budget list --json']

  async run(): Promise<object> {
    const {flags} = await this.parse(BudgetList)
    const budgets = listBudgets(wireBudgets(await this.openGuard(flags)))
    this.print(budgets.length === 0 ? 'no job has a recovery that restarts or runs anything' : renderBudgets(budgets))
    return {budgets: budgets.map(budgetToJson)}
  }
}
