/** Names to a run the copy of the settings that its scheduler has accepted. */
const variable = 'GUARD_ACCEPTED_SETTINGS'

export function acceptedSettingsAt(path: string): Readonly<Record<string, string>> {
  return {[variable]: path}
}

/** Takes it out of the environment, which is that of the job. @returns undefined if the file itself is to be read */
export function takeAcceptedSettings(env: NodeJS.ProcessEnv): string | undefined {
  const path = env[variable]
  delete env[variable]
  return path || undefined
}
