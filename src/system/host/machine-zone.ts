import {readFileSync, readlinkSync} from 'node:fs'

/**
 * The zone that cron goes by, whatever TZ is here: localtime(5).
 *
 * @returns undefined if the machine does not name it
 */
export function machineZone(): string | undefined {
  const zone = linkedZone() ?? namedZone()
  return zone === 'Etc/UTC' ? 'UTC' : zone
}

function linkedZone(): string | undefined {
  try {
    return /zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1]
  } catch (error) {
    // Without the file, the zone is UTC.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'UTC' : undefined
  }
}

function namedZone(): string | undefined {
  try {
    return readFileSync('/etc/timezone', 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
