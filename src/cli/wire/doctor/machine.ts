import {accessSync, constants, existsSync} from 'node:fs'
import {shellWord} from '../../../domain/crontab/shell-word.js'
import type {ClockAnswer} from '../../../domain/diagnose/machine-findings.js'
import {timeZoneProblem} from '../../../domain/schedule/time-zone.js'
import {GuardError} from '../../../errors.js'
import {openLogDir, openStateDir, sharedFilesystemOf} from '../../../journal/state-dir.js'
import {findOnPath} from '../../../system/host/find-on-path.js'
import {readMachine} from '../../../system/host/machine.js'
import {machineZone} from '../../../system/host/machine-zone.js'
import {toolsPath} from '../../../system/host/tools-path.js'
import {expiredLogs} from '../../../system/log/expired.js'
import {fileSystemType} from '../../../system/process/file-system.js'
import {runCommand} from '../../../system/process/run-command.js'
import type {ExaminationDeps} from '../../../usecases/diagnose/doctor/examinations.js'
import type {Guard} from '../../guard.js'
import {nearestFolder, tryNewStateDir} from '../new-state-dir.js'

/** Each program that is asked has so long. Milliseconds. */
export const programLimitMs = 5000

/** The disk, the clock and the zone of this machine. */
export function wireMachine(
  guard: Guard,
  crontabLines: ExaminationDeps['machine']['crontabLines'],
): ExaminationDeps['machine'] {
  return {
    readDisk: () => readMachine(guard.stateDir).disk,
    expiredLogs: () => {
      const logs = expiredLogsOf(guard)
      return {files: logs.length, bytes: logs.reduce((sum, {bytes}) => sum + bytes, 0)}
    },
    fileSystem: () => {
      const dir = nearestFolder(guard.stateDir)
      return {dir, type: fileSystemType(dir), shared: sharedFilesystemOf(dir)}
    },
    askClock,
    machineZone: zoneOfMachine,
    crontabLines,
    now: guard.clock.now,
  }
}

function ask(...argv: readonly [string, ...string[]]) {
  return runCommand({argv, timeoutMs: programLimitMs, env: {PATH: toolsPath(), LC_ALL: 'C'}})
}

async function askClock(): Promise<ClockAnswer> {
  const {exitCode, stdout, stderr, timedOut} = await ask('timedatectl', 'show', '--property=NTPSynchronized,NTP')
  const reason = timedOut ? 'no answer' : (stderr.trim().split('\n').at(-1) ?? '') || 'not on this machine'
  if (exitCode !== 0) return {show: undefined, reason, status: undefined}
  if (!/^NTPSynchronized=yes$/m.test(stdout)) return {show: stdout, reason, status: undefined}
  const status = await ask('timedatectl', 'timesync-status')
  return {show: stdout, reason, status: status.exitCode === 0 ? status.stdout : undefined}
}

/** The timer of guard's package, if systemd has it active. */
export async function watchdogTimer(): Promise<string | undefined> {
  const timer = 'guard-watchdog.timer'
  if (findOnPath('systemctl', toolsPath()) === undefined) return undefined
  const answers = await Promise.all([
    ask('systemctl', 'is-active', timer),
    ask('systemctl', '--user', 'is-active', timer),
  ])
  return answers.some(({exitCode}) => exitCode === 0) ? timer : undefined
}

function zoneOfMachine(): string {
  const zone = machineZone()
  return zone !== undefined && timeZoneProblem(zone) === undefined
    ? zone
    : Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Whether `guard run` could write there. A directory that is not there yet is not made. */
export function tryPlaces({stateDir, logDir}: Guard): string {
  if (!existsSync(stateDir)) return tryNewStateDir(stateDir)
  const places = [openStateDir(stateDir, 'any'), logDir]
  openLogDir(logDir)
  for (const place of places) requireWritable(place)
  return [...new Set([stateDir, logDir])].join(', ')
}

function requireWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const {code, syscall} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new GuardError('io', `${folder} cannot be written (${code})`, [`look at it: ls -ld ${shellWord(folder)}`], {
      cause: error,
    })
  }
}

/** Rotated logs that are older than the settings keep them. */
export function expiredLogsOf({logDir, settings, clock}: Guard) {
  return expiredLogs(logDir, settings.logs.maxAgeMs, clock.now())
}
