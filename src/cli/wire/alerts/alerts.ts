import type {AlertsState} from '../../../domain/alert/alert.js'
import {isTroubled} from '../../../domain/delivery/decide.js'
import type {OutboxState} from '../../../domain/delivery/outbox.js'
import type {Silence} from '../../../domain/delivery/silence.js'
import {alertStream, deliveryStream, silenceStream} from '../../../journal/failure-streams.js'
import type {Journal} from '../../../journal/journal.js'
import type {Guard} from '../../guard.js'
import {maskedAlerts, settingsMask} from '../settings-mask.js'

/** What shows alerts: any program may have written one, so the secrets of the settings are masked in them. */
export function wireAlerts(guard: Guard): {readonly alerts: Pick<Journal<AlertsState>, 'read' | 'newestFirst'>} {
  return {alerts: maskedAlerts(guard.journal(alertStream), settingsMask(guard))}
}

/** What the commands about the way out need. */
export function wireOutbox(guard: Guard): {readonly outbox: Journal<OutboxState>} {
  return {outbox: guard.journal(deliveryStream)}
}

/** What the commands about silences need. */
export function wireSilences(guard: Guard): {
  readonly silences: Journal<Map<string, Silence>>
  readonly now: () => number
  readonly isTroubled: (silence: Pick<Silence, 'job' | 'class' | 'group'>) => boolean
} {
  return {
    silences: guard.journal(silenceStream),
    now: guard.clock.now,
    isTroubled: (silence) => isTroubled(guard.journal(deliveryStream).read().groups, silence),
  }
}
