/** Says to a guard that another one has started it, and has found or made the state directory by then. */
const variable = 'GUARD_STATE_IS_MADE'

export const stateIsMade = {[variable]: '1'}

/** Takes it out of the environment, which is that of the jobs. */
export function takeStateIsMade(env: NodeJS.ProcessEnv): boolean {
  const isMade = env[variable] !== undefined
  delete env[variable]
  return isMade
}
