import {
  breakerStream,
  deliveryStream,
  fleetStream,
  schedulerStream,
  silenceStream,
} from '../../../journal/failure-streams.js'
import {readBootRef} from '../../../system/host/host.js'
import type {JobPageDeps} from '../../../usecases/diagnose/job-page.js'
import type {StatusDeps} from '../../../usecases/diagnose/job-statuses.js'
import type {Guard} from '../../guard.js'
import {wireBudgets} from '../budget.js'
import {wireWatchdog} from '../watchdog.js'
import {maskedEnd} from './log-end.js'
import {logDeps, logSecrets} from './logs.js'
import {startersOf} from './starters.js'

/** Wires `guard status`. OpenClaw is not asked: it may take long to answer, and the watchdog has asked it. */
export function wireStatus(guard: Guard): StatusDeps {
  return {
    ...wireWatchdog(guard),
    checkOpenClaw: async () => undefined,
    settings: guard.settings,
    outbox: guard.journal(deliveryStream),
    silences: guard.journal(silenceStream),
    scheduler: guard.journal(schedulerStream),
    host: readBootRef().host,
  }
}

/** Wires `guard status JOB`. */
export function wireJobPage(guard: Guard, job: string, endOf = maskedEnd): JobPageDeps {
  const secrets = logSecrets(guard, job)
  return {
    ...wireStatus(guard),
    budgets: wireBudgets(guard),
    breakers: guard.journal(breakerStream),
    fleet: guard.journal(fleetStream),
    startersOf: (name) => startersOf(guard, name),
    logs: {...logDeps(guard), readEnd: (stretch, bytes) => endOf(stretch, bytes, secrets)},
  }
}
