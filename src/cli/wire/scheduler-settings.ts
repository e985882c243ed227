import {loadSettings} from '../../config/settings.js'
import {changedPlace} from '../../domain/scheduler/changed-place.js'
import type {Settings} from '../../domain/settings/settings.js'
import {inOneLine} from '../../domain/settings/wrong.js'
import {alertStream, schedulerStream} from '../../journal/failure-streams.js'
import {watchFile} from '../../system/daemon/file-watch.js'
import type {Wakeup} from '../../system/daemon/wakeup.js'
import {homeFolder} from '../../system/host/host.js'
import {startGuardDetached} from '../../system/process/detach.js'
import {sayOnce} from '../../usecases/alert/say-once.js'
import {createReloader, type Reloader} from '../../usecases/schedule/reload-settings.js'
import {version} from '../build-info.js'
import {type Guard, namedStateDir} from '../guard.js'
import {delivererArgs, settingsFolder} from '../place-args.js'

interface ReloaderParts {
  readonly wakeup: Wakeup
  readonly log: (text: string) => void
  readonly accept: (settings: Settings) => void
}

/** Wires how a scheduler follows the changes of its settings file. */
export function wireReloader(guard: Guard, {wakeup, accept, log}: ReloaderParts): Reloader {
  const {clock, settings} = guard
  const file = settings.file ?? '/dev/null'
  const env = process.env
  return createReloader({
    clock,
    file: watchFile(file, wakeup.wake),
    load: () => loadSettings({configFlag: file, cwd: settingsFolder(guard), home: homeFolder(), env, version}),
    objectionTo: (next) => objection(settings, next),
    accept,
    refuse: (problem) => {
      const reason = inOneLine(problem)
      guard.journal(schedulerStream).append({kind: 'reloaded', problem: reason}, 'buffered')
      const message = `the scheduler goes on with its former settings: ${reason}`
      log(message)
      const alerts = guard.journal(alertStream)
      const repeatMs = settings.alerting.repeatMs[0] ?? 0
      // guardian.log has it by now.
      const isNews = sayOnce(
        {clock, log: () => undefined, alerts, repeatMs},
        {component: 'scheduler', message, reason: message},
      )
      if (isNews && settings.alerting.routes.length > 0) startGuardDetached(delivererArgs(guard))
    },
  })
}

/** A folder of the logs that is not used, because other users may write it, is no change of the settings. */
function objection(former: Settings, next: Settings): string | undefined {
  const logDir = next.wrong?.parts.includes('logDir') ? former.logDir : next.logDir
  return changedPlace({stateDir: namedStateDir(former), logDir: former.logDir}, {stateDir: namedStateDir(next), logDir})
}
