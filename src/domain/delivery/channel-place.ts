/**
 * Several projects of a user may share a state directory, and so one outbox. A channel in it is the one of that name in
 * one settings file.
 */
interface ChannelPlace {
  readonly name: string
  /** Undefined for that of the process that sends. */
  readonly settingsFile: string | undefined
}

/** Id of a channel in the outbox → the settings file that has it. */
type ChannelFiles = ReadonlyMap<string, string>

/**
 * The id of a channel in the outbox: its name, unless a channel of that name is in use by another settings file.
 *
 * @param has whether a settings file has a channel; one that was moved away has none
 */
export function channelIdOf(
  files: ChannelFiles,
  {name, settingsFile}: ChannelPlace,
  has: (place: ChannelPlace) => boolean,
): string {
  const owner = files.get(name)
  if (owner === undefined || settingsFile === undefined || owner === settingsFile) return name
  return has({name, settingsFile: owner}) ? `${name}${suffixOf(settingsFile)}` : name
}

export function channelPlaceOf(files: ChannelFiles, id: string): ChannelPlace {
  const settingsFile = files.get(id)
  const suffix = settingsFile === undefined ? '' : suffixOf(settingsFile)
  return {name: suffix !== '' && id.endsWith(suffix) ? id.slice(0, -suffix.length) : id, settingsFile}
}

/** Far more channels than a user has. */
const keptFiles = 1000

/** Any program may have written the record that names them. */
export function keepFile(files: Map<string, string>, channels: readonly string[], file: unknown): void {
  if (typeof file !== 'string') return
  for (const channel of channels) files.set(channel, file)
  for (const channel of files.keys()) if (files.size > keptFiles) files.delete(channel)
}

function suffixOf(settingsFile: string): string {
  return ` of ${settingsFile}`
}
