import {schedulerStream} from '../../../journal/failure-streams.js'
import {readBootRef} from '../../../system/host/host.js'
import {createSlots} from '../../../system/host/slots.js'
import type {comingSlots} from '../../../usecases/schedule/coming-slots.js'
import type {Guard} from '../../guard.js'

export function wireComingSlots(guard: Guard): Parameters<typeof comingSlots>[0] {
  return {
    ...{settings: guard.settings, slots: createSlots(), runs: guard.runs(), host: readBootRef().host},
    scheduler: guard.journal(schedulerStream),
  }
}
