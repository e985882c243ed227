/** One timer, and what may come before it. */
export interface Wakeup {
  /** Ends the present wait, or the next one if none is under way. */
  wake(): void
  /** Resolves after `ms`, or with the next `wake`. */
  wait(ms: number): Promise<void>
}

export function createWakeup(): Wakeup {
  let isAsked = false
  let resume: (() => void) | undefined
  return {
    wake: () => {
      isAsked = true
      resume?.()
    },
    wait: (ms) =>
      new Promise((resolve) => {
        if (isAsked) {
          isAsked = false
          return resolve()
        }
        const timer = setTimeout(() => resume?.(), Math.max(0, ms))
        resume = () => {
          clearTimeout(timer)
          resume = undefined
          isAsked = false
          resolve()
        }
      }),
  }
}
