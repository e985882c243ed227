import type {PlannedJob} from '../../../domain/diagnose/schedule-findings.js'
import type {Examination} from '../doctor.js'
import {type CronDeps, examineCalls, examineCrontabs, examineStart, pathUnderCron} from './cron.js'
import {examineJobStart, examineLease, examineOutputs, examineSchedules, type JobDeps} from './job.js'
import {examineClock, examineDisk, examineFileSystem, examineZones, type MachineDeps} from './machine.js'
import {examineServices, examineSettings, examineSettingsOfJob, type SettingsDeps} from './settings.js'
import {
  examineDelivery,
  examineJournals,
  examineLocks,
  examineRights,
  examineScheduler,
  examineWatchdog,
  type StateDeps,
} from './state.js'
import {examineStoreAddress, type StoreAddressDeps} from './store.js'

export interface ExaminationDeps {
  readonly store: StoreAddressDeps
  readonly cron: CronDeps
  readonly machine: MachineDeps
  readonly state: StateDeps
  readonly settings: SettingsDeps
  readonly job: JobDeps
  /** The jobs of the settings that have a schedule. */
  readonly scheduled: readonly PlannedJob[]
}

/** All that guard needs on this machine. */
export function examinationsOfMachine({
  cron,
  machine,
  state,
  settings,
  store,
  job,
  scheduled,
}: ExaminationDeps): readonly Examination[] {
  return [
    {check: 'guard', asksPrograms: true, examine: () => examineStart(cron)},
    {check: 'settings', examine: async () => examineSettings(settings, await pathUnderCron(cron))},
    {check: 'store', examine: () => examineStoreAddress(store)},
    {check: 'rights', examine: () => examineRights(state)},
    {check: 'crontab', asksPrograms: true, examine: () => examineCrontabs(cron)},
    {check: 'watchdog', asksPrograms: true, examine: () => examineWatchdog(state)},
    {check: 'scheduler', examine: () => examineScheduler(state, scheduled)},
    {check: 'schedules', examine: () => examineSchedules(job, scheduled)},
    {check: 'time-zone', examine: () => examineZones(machine, scheduled)},
    {check: 'clock', asksPrograms: true, examine: () => examineClock(machine)},
    {check: 'disk', examine: () => examineDisk(machine)},
    {check: 'file-system', examine: () => examineFileSystem(machine)},
    {check: 'services', asksPrograms: true, examine: async () => examineServices(settings, await pathUnderCron(cron))},
    {check: 'locks', examine: () => examineLocks(state)},
    {check: 'alerts', examine: () => examineDelivery(state)},
    {check: 'journals', examine: () => examineJournals(state)},
  ]
}

/** What one job needs. */
export function examinationsOfJob(deps: ExaminationDeps, name: string): readonly Examination[] {
  const {cron, machine, state, settings, job} = deps
  const scheduled = deps.scheduled.filter((one) => one.job === name)
  return [
    {check: 'guard', asksPrograms: true, examine: () => examineStart(cron, name)},
    {check: 'settings', examine: () => examineSettingsOfJob(settings, name)},
    {check: 'store', examine: () => examineStoreAddress(deps.store, name)},
    {check: 'script', examine: async () => examineJobStart(job, name, await pathUnderCron(cron, name))},
    {check: 'rights', examine: () => examineRights(state)},
    {check: 'crontab', asksPrograms: true, examine: () => examineCalls(cron, name)},
    {check: 'scheduler', examine: () => (scheduled.length === 0 ? [] : examineScheduler(state, scheduled))},
    {check: 'schedules', examine: () => examineSchedules(job, scheduled)},
    {check: 'time-zone', examine: () => examineZones(machine, scheduled)},
    {check: 'lease', examine: () => examineLease(job, name)},
    {check: 'outputs', examine: () => examineOutputs(job, name)},
    {
      check: 'services',
      asksPrograms: true,
      examine: async () => examineServices(settings, await pathUnderCron(cron, name)),
    },
    {check: 'locks', examine: () => examineLocks(state)},
    {check: 'disk', examine: () => examineDisk(machine)},
  ]
}
