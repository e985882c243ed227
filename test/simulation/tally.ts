import type {DayReport, Fault} from './day.js'

/** What all days that were lived through come to. */
export class Tally {
  #days = 0
  #rounds = 0
  #outages = 0
  #mended = 0
  #alerts = 0
  #messages = 0
  readonly #faults: Fault[] = []

  add({rounds, outages, mended, alerts, messages, faults}: DayReport): void {
    this.#days += 1
    this.#rounds += rounds
    this.#outages += outages
    this.#mended += mended
    this.#alerts += alerts
    this.#messages += messages
    this.#faults.push(...faults)
  }

  toString(): string {
    const count = (is: Fault['is']) => this.#faults.filter((fault) => fault.is === is).length
    return [
      `seeds: ${this.#days}, rounds: ${this.#rounds}, outages: ${this.#outages} (mended: ${this.#mended})`,
      `alerts: ${this.#alerts}, false alerts: ${count('false alert')}, false incidents: ${count('false incident')}`,
      `false all-clears: ${count('false all-clear')}, missed outages: ${count('missed outage')}, alert storms: ${count('alert storm')}`,
      `messages: ${this.#messages}, false messages: ${count('false message')}`,
      `missing messages: ${count('missing message')}, message storms: ${count('message storm')}`,
    ].join(', ')
  }
}

/** `7`, or both ends of a range: `500-999`. */
export function parseSeeds(text: string): readonly number[] {
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (from === '' || first > last) {
    throw new Error(`GUARD_SIMULATION_SEEDS is ${text}: it takes a seed (7) or a range of them (500-999)`)
  }
  return Array.from({length: last - first + 1}, (_, index) => first + index)
}
