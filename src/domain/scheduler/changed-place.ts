interface Places {
  /** Undefined for a user without a place for it. */
  readonly stateDir: string | undefined
  /** Undefined for the folder in the state directory. */
  readonly logDir: string | undefined
}

/**
 * Why a scheduler that runs cannot follow other settings: it goes on in the places in which it was started, while every
 * other command looks into those of the settings.
 *
 * @returns undefined if the places are the same
 */
export function changedPlace(former: Places, next: Places): string | undefined {
  if (former.stateDir !== next.stateDir)
    return `stateDir was changed: restart the scheduler (guard scheduler stop --state-dir ${former.stateDir}, then guard scheduler start)`
  if (former.logDir !== next.logDir) return 'logDir was changed: restart the scheduler (guard scheduler restart)'
  return undefined
}
