import {overallLevel} from '../domain/diagnose/finding.js'
import {readHostName} from '../system/host/host.js'
import {examinationsOfJob, examinationsOfMachine} from '../usecases/diagnose/doctor/examinations.js'
import {fixHarmless} from '../usecases/diagnose/doctor/fix.js'
import {examineAll} from '../usecases/diagnose/doctor.js'
import type {Guard} from './guard.js'
import {exitCodesOfLevel} from './output/exit-codes.js'
import type {Diagnosis} from './render/doctor.js'
import {wireDoctor} from './wire/doctor/doctor.js'
import {wireFix} from './wire/doctor/fix.js'
import {namedJob} from './wire/named-job.js'

interface DiagnosisAsked {
  readonly job: string | undefined
  readonly config: string | undefined
  readonly fix: boolean | undefined
}

/** Longer than the programs that an examination asks one after the other may take. Milliseconds. */
const limitMs = 15_000

/** Fixes what is harmless if that was asked for, and then looks. Throws GuardError `usage` for a job that nobody knows. */
export async function diagnoseMachine(guard: Guard, {job, config, fix}: DiagnosisAsked): Promise<Diagnosis> {
  const {clock} = guard
  const name = job === undefined ? undefined : namedJob(guard, job)
  const fixed = fix ? await fixHarmless(wireFix(guard, name)) : []
  const deps = wireDoctor(guard, {job: name, config})
  const examinations = name === undefined ? examinationsOfMachine(deps) : examinationsOfJob(deps, name)
  const findings = await examineAll({clock, limitMs}, examinations)
  return {host: readHostName(), findings, fixed, exitCode: exitCodesOfLevel[overallLevel(findings)]}
}
