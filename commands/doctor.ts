import {defineCommand} from '../src/cli/command/definition.js'
import {diagnoseMachine} from '../src/cli/diagnose-machine.js'
import {doctorToJson, renderDoctor} from '../src/cli/render/doctor.js'

export default defineCommand({
  summary: 'What would stop guard under cron here, with proof and mend',
  description:
    "Tries with cron's own environment whether guard starts, and looks at rights, settings, crontabs, time zone, clock, " +
    'disk, services, mail, locks, watchdog, alerts and journals. Exits with 0 when all is well, 1 when something is to be ' +
    'looked at, 2 when something is wrong. --fix moves stale locks into the quarantine, removes expired logs, compacts ' +
    "journals, and takes the right to write guard's own files from others.",
  examples: ['guard doctor', 'guard doctor --fix', 'guard doctor --job backup --json'],
  flags: {
    fix: {type: 'boolean', summary: 'do what is harmless, and say what was done'},
    job: {type: 'text', summary: 'only what this job needs', helpValue: 'JOB'},
  },
  async run({flags, show, openGuard}) {
    const guard = await openGuard()
    const diagnosis = await diagnoseMachine(guard, flags)
    process.exitCode = diagnosis.exitCode
    show(renderDoctor, diagnosis)
    return doctorToJson(diagnosis, guard.clock.now())
  },
})
