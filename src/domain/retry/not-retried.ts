/** Why a failed attempt is not repeated, where no rule of its policy was asked. In a file of its own: every run loads it. */

export const retriesOff = 'retries are off (retry.maxAttempts is 1)'

/** Another attempt might not be alone. */
export const leaseLost = 'it has lost its lease'
