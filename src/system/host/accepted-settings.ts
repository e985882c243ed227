/** Names to a run the copy of the settings that its scheduler has accepted. */
export const acceptedSettingsVariable = 'GUARD_ACCEPTED_SETTINGS'

/** Takes it out of the environment, which is that of the job. @returns nothing, or an empty text, without a copy */
export function takeAcceptedSettings(env: NodeJS.ProcessEnv): string | undefined {
  const path = env[acceptedSettingsVariable]
  delete env[acceptedSettingsVariable]
  return path
}
