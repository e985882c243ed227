import type {ClockReading} from '../../src/domain/clock/reading.js'
import type {Stamp} from '../../src/domain/journal/record.js'
import type {Random} from '../support/random.js'

export const minute = 60_000
export const hour = 60 * minute

/** What happens to a machine and its clocks. `byMs` is how far the wall clock moves. */
export type Disturbance =
  | {readonly is: 'jump'; readonly byMs: number}
  | {readonly is: 'suspend'; readonly byMs: number}
  | {readonly is: 'reboot'; readonly byMs: number}

/** A machine with clocks that behave as badly as real ones. */
export interface Machine {
  /** The time that it has been awake since the simulation began: what nobody inside can see. */
  readonly awakeMs: number
  readonly wall: number
  now(): ClockReading
  stamp(): Stamp
  pass(ms: number): void
  disturb(disturbance: Disturbance): void
}

export function createMachine(random: Random): Machine {
  let wall = Date.UTC(2026, 0, 5, 3) + random.between(0, 20 * 60) * minute
  let mono = random.between(20, 400) * hour
  let boots = 1
  let records = 0
  let awakeMs = 0
  const now = () => ({
    at: Math.floor(wall),
    mono: Math.floor(mono),
    boot: `boot-${boots}`,
    host: 'host-1',
    machine: 'm1',
  })
  return {
    get awakeMs() {
      return awakeMs
    },
    get wall() {
      return wall
    },
    now,
    stamp: () => ({
      v: 1,
      id: `r${++records}`,
      at: Math.floor(wall),
      mono: Math.floor(mono),
      boot: `boot-${boots}`,
      host: 'host-1',
      machine: 'm1',
    }),
    pass(ms) {
      wall += ms
      mono += ms
      awakeMs += ms
    },
    disturb({is, byMs}) {
      wall += byMs
      if (is !== 'reboot') return
      boots += 1
      mono = 20_000
    },
  }
}

export function drawDisturbance(random: Random): Disturbance {
  const kind = random.pick(['jump', 'jump', 'suspend', 'reboot'] as const)
  if (kind === 'suspend') return {is: 'suspend', byMs: random.between(2, 9 * 60) * minute}
  if (kind === 'reboot') return {is: 'reboot', byMs: random.between(1, 5 * 60) * minute}
  const sizes = [2 * minute, 7 * minute, 50 * minute, 4 * hour, 24 * hour, 72 * hour]
  return {is: 'jump', byMs: random.pick(sizes) * random.pick([1, -1])}
}
