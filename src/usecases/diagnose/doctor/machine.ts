import type {CronLines} from '../../../domain/diagnose/cron-line.js'
import type {Finding} from '../../../domain/diagnose/finding.js'
import {
  type ClockAnswer,
  type FileSystemFacts,
  judgeClock,
  judgeFileSystem,
  judgeStateDisk,
  type Removable,
} from '../../../domain/diagnose/machine-findings.js'
import {judgeZones, type PlannedJob} from '../../../domain/diagnose/schedule-findings.js'
import type {DiskFacts} from '../../../domain/health/machine.js'
import {isSameZone} from '../../../domain/schedule/time-zone.js'

export interface MachineDeps {
  readonly readDisk: () => DiskFacts | undefined
  readonly expiredLogs: () => Removable
  /** The file system that the state directory is on, or would be. */
  readonly fileSystem: () => FileSystemFacts
  readonly askClock: () => Promise<ClockAnswer>
  /** The zone of the machine, by which cron goes. */
  readonly machineZone: () => string
  readonly now: () => number
  readonly crontabLines: () => Promise<CronLines>
}

export function examineDisk({readDisk, expiredLogs}: MachineDeps): readonly Finding[] {
  return [judgeStateDisk(readDisk(), expiredLogs())]
}

export function examineFileSystem({fileSystem}: MachineDeps): readonly Finding[] {
  return [judgeFileSystem(fileSystem())]
}

export async function examineClock({askClock}: MachineDeps): Promise<readonly Finding[]> {
  return [judgeClock(await askClock())]
}

export async function examineZones(
  {machineZone, now, crontabLines}: MachineDeps,
  jobs: readonly PlannedJob[],
): Promise<readonly Finding[]> {
  const year = new Date(now()).getUTCFullYear()
  const isSame = (one: string, other: string) => isSameZone(one, other, year)
  return [judgeZones(jobs, await crontabLines(), {machine: machineZone(), isSame})]
}
