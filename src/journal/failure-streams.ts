import {alertsFold} from '../domain/alert/alert.js'
import {breakerFold} from '../domain/breaker/breaker.js'
import {outboxFold} from '../domain/delivery/outbox.js'
import {silenceFold} from '../domain/delivery/silence.js'
import {fleetFold} from '../domain/fleet/known.js'
import {incidentFold} from '../domain/incident/incident.js'
import {resetFold} from '../domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../domain/openclaw/reset-request.js'
import {schedulerFold} from '../domain/scheduler/scheduler.js'
import {historyLimits, stateLimits} from './limits.js'

/** The journals about failures, and that of the scheduler. They stand apart from `streams.ts` because a healthy run does not load their folds. */
export const breakerStream = {name: 'breakers', fold: breakerFold, ...stateLimits}
export const resetRequestStream = {name: 'openclaw_reset_requests', fold: resetRequestFold, ...historyLimits}
export const resetResultStream = {name: 'openclaw_reset_results', fold: resetFold, ...historyLimits}
export const incidentStream = {name: 'incidents', fold: incidentFold, ...historyLimits}
export const deliveryStream = {name: 'deliveries', fold: outboxFold, ...historyLimits}
export const silenceStream = {name: 'silences', fold: silenceFold, ...stateLimits}
export const alertStream = {name: 'alerts', fold: alertsFold, ...historyLimits, namesSettings: true}
/** State, and little of it: what a host knows of its fleet. */
export const fleetStream = {name: 'fleet', fold: fleetFold, ...stateLimits}
export const schedulerStream = {name: 'scheduler', fold: schedulerFold, ...historyLimits}
