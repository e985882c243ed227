import {signal} from '@preact/signals'

const prefix = '#/job/'

/** The chosen job stands in the address, so that it can be sent to others and the browser's Back leads to the list. */
export const chosenJob = signal<string | undefined>(jobInAddress())

function jobInAddress(): string | undefined {
  const {hash} = location
  if (!hash.startsWith(prefix)) return undefined
  try {
    return decodeURIComponent(hash.slice(prefix.length)) || undefined
  } catch {
    return undefined
  }
}

export function startRoute(): void {
  addEventListener('hashchange', () => {
    chosenJob.value = jobInAddress()
  })
}

export function addressOf(job: string): string {
  return prefix + encodeURIComponent(job)
}

export function leaveJob(): void {
  location.hash = '#/'
}
