import {formatDuration} from '../../domain/clock/duration.js'
import type {BudgetReport} from '../../usecases/recovery/budgets.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {whenText, zoneText} from './times.js'

/** `guard budget list`: a row for each job and failure class, those that are spent first. */
export function renderBudgets(page: Page, budgets: readonly BudgetReport[]): string {
  const rows = budgets.toSorted((one, other) => share(one) - share(other))
  return renderTable(
    page,
    ['JOB', 'CLASS', 'LEFT', `BACK (${zoneText(page)})`],
    rows.map((budget) => {
      const {job, left, allowed, perMs, until} = budget
      const paint = left === 0 ? color.red : until === undefined ? color.green : color.yellow
      const back =
        until === undefined ? '' : `the next comes back ${page.isTerminal ? '' : 'at '}${whenText(page, until)}`
      return {
        cells: [job, className(budget), `${paint(`${left} of ${allowed} left`)} in ${formatDuration(perMs)}`, back],
      }
    }),
  )
}

function share({left, allowed}: BudgetReport): number {
  return left / Math.max(1, allowed)
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
