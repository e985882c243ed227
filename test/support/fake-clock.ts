import type {Clock} from '../../src/system/host/clock.js'

interface FakeClock extends Clock {
  /** Advances both clocks. */
  advance(ms: number): void
  /** Moves only the wall clock, as an administrator or NTP does. */
  jump(ms: number): void
}

/** A clock that moves only when a test advances it; `sleep` advances it at once. */
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
