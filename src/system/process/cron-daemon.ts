import {listPids, readStat} from './proc.js'

const names = ['cron', 'crond', 'fcron', 'dcron']

/** The cron that runs on this machine, for people. @returns undefined if none does */
export function runningCron(): string | undefined {
  const program = listPids()
    .map((pid) => readStat(pid))
    .find((stat) => stat && !stat.isDead && names.includes(stat.program))?.program
  // Processes of others may be hidden: see `hidepid` in proc(5).
  return program ?? (readStat(1) === undefined ? 'cron (cannot be seen)' : undefined)
}
