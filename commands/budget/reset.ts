import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {wireBudgets} from '../../src/cli/wire/budget.js'
import {resetBudget} from '../../src/usecases/recovery/budgets.js'

export default defineCommand({
  summary: 'Give a job its recovery budgets back, for all failure classes',
  examples: ['guard budget reset pre_market_health_check'],
  args: {job: {required: true, summary: 'name of the job'}},
  async run({args, print, openGuard}) {
    const job = checkedName(args.job)
    const guard = await openGuard()
    guard.ensureState()
    resetBudget(wireBudgets(guard), job)
    print(`${job} has its recovery budgets back`)
    return {job, reset: true}
  },
})
