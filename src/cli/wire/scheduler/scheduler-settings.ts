import {existsSync, renameSync, rmSync} from 'node:fs'
import {acceptedText} from '../../../config/accepted.js'
import {loadSettings} from '../../../config/settings.js'
import {changedPlace} from '../../../domain/scheduler/changed-place.js'
import type {Settings} from '../../../domain/settings/settings.js'
import {inOneLine} from '../../../domain/settings/wrong.js'
import {watchFile} from '../../../system/daemon/file-watch.js'
import type {Wakeup} from '../../../system/daemon/wakeup.js'
import {acceptedSettingsVariable} from '../../../system/host/accepted-settings.js'
import {homeFolder} from '../../../system/host/host.js'
import {writeNewFile} from '../../../system/host/new-file.js'
import {startGuardDetached} from '../../../system/process/detach.js'
import {sayOnce} from '../../../usecases/alert/say-once.js'
import {createReloader, type Reloader} from '../../../usecases/schedule/reload-settings.js'
import {version} from '../../build-info.js'
import {type Guard, namedStateDir} from '../../guard.js'
import {delivererArgs, settingsFolder} from '../../settings/place-args.js'
import {reasonOfWrong} from '../../settings/wrong-settings-reason.js'
import {wireSayOnce} from '../say-once.js'

interface ReloaderParts {
  readonly wakeup: Wakeup
  readonly log: (text: string) => void
  readonly accept: (settings: Settings) => void
  /** Goes on with the present ones. */
  readonly refuse: (reason: string) => void
}

/** By what a scheduler works: the settings that it has accepted last. */
export interface SettingsInUse {
  readonly settings: Settings
  /** Why what the file says now is refused. */
  readonly refusal?: string
}

/**
 * The variables of a run, which follows the settings in use also while their file is refused. Throws the file system's
 * error.
 */
export function runVariables(guard: Guard, {settings, refusal}: SettingsInUse): Readonly<Record<string, string>> {
  if (refusal === undefined) return {}
  const copy = copyOf(guard)
  if (!existsSync(copy)) {
    const aside = `${copy}.new`
    writeNewFile(aside, acceptedText(settings, version))
    renameSync(aside, copy)
  }
  return {[acceptedSettingsVariable]: copy}
}

/** The next run that needs a copy writes one of its own settings. */
export function removeCopy(guard: Guard): void {
  rmSync(copyOf(guard), {force: true})
}

function copyOf({stateDir}: Guard): string {
  return `${stateDir}/scheduler.settings.json`
}

/** Wires how a scheduler follows the changes of its settings file. */
export function wireReloader(guard: Guard, {wakeup, accept, refuse, log}: ReloaderParts): Reloader {
  const {clock, settings} = guard
  const file = settings.file ?? '/dev/null'
  const env = process.env
  return createReloader({
    clock,
    file: watchFile(file, wakeup.wake),
    load: () => loadSettings({configFlag: file, cwd: settingsFolder(guard), home: homeFolder(), env, version}),
    objectionTo: (next) => objection(guard, next),
    accept,
    refuse: (problem, {wrong}) => {
      const reason = inOneLine(problem)
      refuse(reason)
      const message = `the scheduler goes on with its former settings: ${reason}`
      log(message)
      // guardian.log has it by now.
      const isNews = sayOnce(
        {...wireSayOnce(guard), log: () => undefined},
        // Other guards that read a broken file say so, too: of all of them the first one is enough.
        {component: 'scheduler', message, reason: wrong?.refusal === undefined ? message : reasonOfWrong(wrong)},
      )
      if (isNews && settings.alerting.routes.length > 0) startGuardDetached(delivererArgs(guard))
    },
  })
}

/** If the folder of the logs is not used because other users may write it, that is not a change of the settings. */
function objection({settings: former, stateDir}: Guard, next: Settings): string | undefined {
  const logDir = next.wrong?.parts.includes('logDir') ? former.logDir : next.logDir
  const named = namedStateDir(undefined, next)
  // A flag may have named another place than the settings, from which they do not move it.
  const isSame = named === stateDir || named === namedStateDir(undefined, former)
  return changedPlace({stateDir, logDir: former.logDir}, {stateDir: isSame ? stateDir : named, logDir})
}
