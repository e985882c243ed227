import {defineCommand} from '../../src/cli/command/definition.js'
import {budgetToJson, renderBudgets} from '../../src/cli/render/budget.js'
import {wireBudgets} from '../../src/cli/wire/budget.js'
import {listBudgets} from '../../src/usecases/recovery/budgets.js'

export default defineCommand({
  summary: 'What is left of the recovery budgets, for each job and failure class',
  examples: ['guard budget list', 'guard budget list --json'],
  async run({print, show, openGuard}) {
    const budgets = listBudgets(wireBudgets(await openGuard()))
    if (budgets.length === 0) print('no job has a recovery that restarts or runs anything')
    else show(renderBudgets, budgets)
    return {budgets: budgets.map(budgetToJson)}
  },
})
