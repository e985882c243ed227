import type {SettingsWarning} from '../../../config/warnings.js'
import {type Finding, finding} from '../../../domain/diagnose/finding.js'
import {type AskedService, judgeServices} from '../../../domain/diagnose/service-findings.js'
import {inOneLine, problemsOfJob, type WrongSettings} from '../../../domain/settings/wrong.js'
import {GuardError} from '../../../errors.js'

/** What `guard config check` finds, with cron's PATH. */
interface CheckedSettings {
  readonly file: string | undefined
  readonly jobs: number
  readonly error: GuardError | undefined
  readonly warnings: readonly SettingsWarning[]
}

export interface SettingsDeps {
  /** With this PATH. Throws GuardError `config` if nothing of the file can be used. */
  readonly checkSettings: (path: string) => Promise<CheckedSettings>
  readonly wrong: WrongSettings | undefined
  /** Names of the services to ask. */
  readonly services: readonly string[]
  /** Asks its manager, with this PATH. */
  readonly askService: (name: string, path: string) => Promise<AskedService>
}

const mend = 'guard config check'

/** Every problem is a finding. Notes are left out, and services are asked themselves. */
export async function examineSettings({checkSettings}: SettingsDeps, path: string): Promise<readonly Finding[]> {
  const {file, jobs, error, warnings} = await checkedOrRefused(() => checkSettings(path))
  const found = [
    ...(error ? problemsOf(error) : []),
    ...warnings
      .filter(({level, of}) => level === 'warning' && !of.startsWith('services.'))
      .map((warning) => weakPoint(warning, path)),
  ]
  if (found.length > 0) return found
  if (file === undefined) return [finding('settings', 'well', 'settings (no file)')]
  return [finding('settings', 'well', `settings (${jobs} ${jobs === 1 ? 'job' : 'jobs'})`, {proof: file})]
}

/** What may be on another machine is missing on this one. */
function weakPoint({of, text}: SettingsWarning, path: string): Finding {
  const isMissing = text.endsWith('is not there')
  const isSearched = isMissing && !text.startsWith('/')
  const proof = isSearched ? `looked for with cron's PATH ${path}, unless its job sets another` : ''
  return finding('settings', isMissing ? 'wrong' : 'look', `${of}: ${text}`, {proof, mend})
}

async function checkedOrRefused(check: () => Promise<CheckedSettings>): Promise<CheckedSettings> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'config') throw error
    return {file: undefined, jobs: 0, error, warnings: []}
  }
}

/** A line for each problem, below one that counts them; what cannot be read at all has other lines. */
function problemsOf({message}: GuardError): readonly Finding[] {
  const lines = message.split('\n')
  const listed = lines.filter((line) => !/ has (?:a problem|\d+ problems)$/.test(line))
  const problems = listed.length < lines.length ? listed : [lines.join('; ')]
  return problems.map((problem) => {
    const [, key, text] = /^([^\s:]+): (.*)$/.exec(problem) ?? []
    const what = key === undefined ? 'Settings are wrong' : `${key} is wrong`
    return finding('settings', 'wrong', what, {proof: text ?? problem, mend})
  })
}

/** For one job, only what keeps that job from running. */
export function examineSettingsOfJob({wrong}: SettingsDeps, job: string): readonly Finding[] {
  const problems = wrong?.refusal ?? problemsOfJob(wrong, job)
  if (problems === undefined) return [finding('settings', 'well', 'settings of the job')]
  return [finding('settings', 'wrong', `Settings of ${job} are wrong`, {proof: inOneLine(problems), mend})]
}

export async function examineServices({services, askService}: SettingsDeps, path: string): Promise<readonly Finding[]> {
  return judgeServices(await Promise.all(services.map((name) => askService(name, path))))
}
