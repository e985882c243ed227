import {defineCommand} from '../../src/cli/command/definition.js'
import {budgetToJson, renderBudgets} from '../../src/cli/render/budget.js'
import {wireBudgets} from '../../src/cli/wire/budget.js'
import {listBudgets} from '../../src/usecases/recovery/budgets.js'

export default defineCommand({
  summary: 'What is left of the recovery budgets, for each job and failure class',
  examples: ['guard budget list', 'guard budget list --json'],
  async run({print, page, openGuard}) {
    const budgets = listBudgets(wireBudgets(await openGuard()))
    print(
      budgets.length === 0 ? 'no job has a recovery that restarts or runs anything' : renderBudgets(page(), budgets),
    )
    return {budgets: budgets.map(budgetToJson)}
  },
})
