import type {Clock} from '../../src/system/host/clock.js'

export interface FakeClock extends Clock {
  /** Moves both clocks on. */
  advance(ms: number): void
  /** Moves the wall clock alone, as an administrator or NTP would. */
  jump(ms: number): void
}

/** A clock that stands still until it is told; sleeping moves it on at once. */
export function fakeClock(startMs = Date.UTC(2026, 0, 5, 12)): FakeClock {
  let wall = startMs
  let mono = 1_000_000
  const advance = (ms: number) => {
    wall += ms
    mono += ms
  }
  return {
    now: () => wall,
    mono: () => mono,
    sleep: async (ms) => advance(ms),
    advance,
    jump: (ms) => {
      wall += ms
    },
  }
}
