/** Why a failed attempt is not repeated, where no rule of its policy was asked. In a file of its own: every run loads it. */

export const retriesOff = 'retries are off (retry.maxAttempts is 1)'

/** Another attempt might not be alone. */
export const leaseLost = 'it has lost its lease'

/** @param of whose retry budget it is */
export function retryBudgetSpent(of: {readonly target: string} | {readonly job: string}): string {
  return `the retry budget of ${'target' in of ? `target ${of.target}` : `job ${of.job}`} is used up`
}
