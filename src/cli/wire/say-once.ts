import type {Settings} from '../../domain/settings/settings.js'
import {alertStream} from '../../journal/failure-streams.js'
import type {Journal} from '../../journal/journal.js'
import type {JournalSpec} from '../../journal/spec.js'
import type {Clock} from '../../system/host/clock.js'

/** The part of the composition root that is needed here, which itself says what is wrong with its places. */
interface Parts {
  readonly clock: Clock
  readonly settings: Pick<Settings, 'alerting'>
  journal<S>(spec: JournalSpec<S>): Journal<S>
  log(text: string): void
}

/** What `sayOnce` works with: the same is said again after the first interval of `alerting.repeat`. */
export function wireSayOnce(parts: Parts) {
  const {clock, log, settings} = parts
  return {clock, log, alerts: parts.journal(alertStream), repeatMs: settings.alerting.repeatMs[0] ?? 0}
}
