import type {Settings} from '../../domain/settings/settings.js'
import type {FileWatch} from '../../system/daemon/file-watch.js'
import type {Clock} from '../../system/host/clock.js'

interface ReloadDeps {
  readonly clock: Pick<Clock, 'mono'>
  readonly file: FileWatch
  readonly load: () => Promise<Settings>
  /** Why settings that are right cannot be used. @returns undefined if they can */
  readonly objectionTo: (settings: Settings) => string | undefined
  /** Uses other settings from now on. */
  readonly accept: (settings: Settings) => void
  /** Says that the present ones stay. */
  readonly refuse: (reason: string, refused: Settings) => void
}

export interface Reloader {
  /** The settings are read at the next look though they did not change. */
  ask(): void
  /**
   * Reads the settings if they have changed and have been quiet for a while.
   *
   * @returns after how many milliseconds to look again; undefined if nothing has changed
   */
  look(): Promise<number | undefined>
}

/** An editor writes a file in several steps. Milliseconds. */
const quietMs = 500

/** Settings that cannot be used change nothing: what was in use stays in use. */
export function createReloader(deps: ReloadDeps): Reloader {
  const {clock, file} = deps
  let used = file.stamp()
  let seen = used
  let seenMs = Number.NEGATIVE_INFINITY
  let isAsked = false
  return {
    ask: () => {
      isAsked = true
      seenMs = clock.mono()
    },
    look: async () => {
      const stamp = file.stamp()
      if (stamp !== seen) {
        seen = stamp
        seenMs = clock.mono()
      }
      if (stamp === used && !isAsked) return undefined
      const restMs = seenMs + quietMs - clock.mono()
      if (restMs > 0) return restMs
      used = stamp
      isAsked = false
      const settings = await deps.load()
      const problem =
        stamp === 'missing' ? 'the settings file is gone' : (settings.wrong?.refusal ?? deps.objectionTo(settings))
      if (problem === undefined) deps.accept(settings)
      else deps.refuse(problem, settings)
      return undefined
    },
  }
}
