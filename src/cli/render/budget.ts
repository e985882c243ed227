import {formatDuration} from '../../domain/clock/duration.js'
import type {BudgetReport} from '../../usecases/recovery/budgets.js'
import {color} from './color.js'

/** `guard budget list`: one line for each job and failure class. */
export function renderBudgets(budgets: readonly BudgetReport[]): string {
  const width = (texts: readonly string[]) => Math.max(...texts.map(({length}) => length))
  const jobs = width(budgets.map(({job}) => job))
  const classes = width(budgets.map((budget) => className(budget)))
  return budgets
    .map((budget) => {
      const {job, left, allowed, perMs, until} = budget
      const paint = left === 0 ? color.red : until === undefined ? color.green : color.yellow
      const text = paint(`${left} of ${allowed} left`)
      const back = until === undefined ? '' : `, the next comes back at ${new Date(until).toISOString()}`
      return `${job.padEnd(jobs)}  ${className(budget).padEnd(classes)}  ${text} in ${formatDuration(perMs)}${back}`
    })
    .join('\n')
}

function className(budget: BudgetReport): string {
  return budget.class ?? 'any class'
}

/** The same for `--json`: `class` and `until` are null if nothing is spent. */
export function budgetToJson({job, class: failureClass, left, allowed, perMs, until}: BudgetReport): object {
  return {
    job,
    class: failureClass ?? null,
    left,
    allowed,
    perMs,
    until: until === undefined ? null : new Date(until).toISOString(),
  }
}
