import {pathText} from '../../config/problems.js'
import type {Breaker, Breakers} from '../../domain/breaker/breaker.js'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {BreakerSettings, Settings} from '../../domain/settings/settings.js'
import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'
import {breakerStream} from '../../journal/failure-streams.js'
import type {Journal} from '../../journal/journal.js'
import {readBootRef} from '../../system/host/host.js'
import {identifyProcess, processState} from '../../system/process/identity.js'
import type {BreakerDeps} from '../../usecases/breaker/breaker.js'
import type {RunBreakerDeps} from '../../usecases/run/run-breaker.js'
import type {Guard} from '../guard.js'

/** All breakers that are on record, and now. Makes no state directory. */
export function readBreakers({clock, journal}: Guard): {
  readonly breakers: readonly Breaker[]
  readonly now: ClockReading
} {
  const now = {...readBootRef(), at: clock.now(), mono: clock.mono()}
  return {breakers: [...journal(breakerStream).read().values()], now}
}

/** What the use cases of breakers need. */
export function wireBreaker(guard: Guard): BreakerDeps & {readonly breakers: Journal<Breakers>} {
  guard.ensureState()
  const here = readBootRef()
  const now = (): ClockReading => ({...here, at: guard.clock.now(), mono: guard.clock.mono()})
  return {
    breakers: guard.journal(breakerStream),
    now,
    isGone: (probe) => probe.process !== undefined && processState(probe.process, probe, here) === 'gone',
  }
}

/** The same for one target. Throws GuardError `usage` if it is neither on record nor in the settings. */
export function wireKnownBreaker(guard: Guard, target: string): ReturnType<typeof wireBreaker> {
  const deps = wireBreaker(guard)
  const {breakers, jobs} = guard.settings
  const configured = Object.values(jobs).flatMap(({breaker}) => (breaker ? [breaker.target] : []))
  const known = [...deps.breakers.read().keys(), ...Object.keys(breakers.targets), ...configured]
  if (known.includes(target)) return deps
  throw new GuardError('usage', `no breaker ${JSON.stringify(target)} is known`, [
    ...closestNames(target, new Set(known)).map((name) => `did you mean ${name}?`),
    'see them: guard breaker list',
  ])
}

/** What a run needs of the breakers. Throws GuardError `io`, `no-state`. */
export function wireRunBreaker(guard: Guard): RunBreakerDeps {
  return {
    ...wireBreaker(guard),
    self: identifyProcess(process.pid),
    policyOf: (target) => breakerPolicy(guard.settings, target),
  }
}

/** The settings of a target, its own or the common ones. */
export function breakerPolicy({breakers}: Settings, target: string): BreakerSettings {
  return (Object.hasOwn(breakers.targets, target) ? breakers.targets[target] : undefined) ?? breakers.defaults
}

/** The same for a command that needs just this part of the settings. Throws GuardError `config` if it is wrong. */
export function checkedPolicy(settings: Settings, target: string): BreakerSettings {
  const {wrong} = settings
  const own = pathText(['breakers', 'targets', target])
  const isMeant = (part: string) => part === own || /^breakers(?:$|\.(?!targets\b))/.test(part)
  if (wrong?.parts.some(isMeant))
    throw new GuardError('config', wrong.message, ['correct it and check it: guard config check'])
  return breakerPolicy(settings, target)
}

/** The process that started guard at a shell, or the one named by `pid`; a probe ends with it. */
export function callingProcess(pid: number | undefined): ProcessRef | undefined {
  return identifyProcess(pid ?? process.ppid)
}
