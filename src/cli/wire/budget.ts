import type {BudgetDeps} from '../../usecases/recovery/budgets.js'
import type {Guard} from '../guard.js'

/** What the use cases of recovery budgets need. */
export function wireBudgets({clock, settings, runs}: Guard): BudgetDeps {
  return {clock, settings, runs: runs()}
}
