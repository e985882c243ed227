const namedAtMost = 5

/** The first of a long list of names, and how many there are more. */
export function listNames(names: readonly string[], separator = ', '): string {
  const more = names.length - namedAtMost
  return more > 0 ? `${names.slice(0, namedAtMost).join(separator)} and ${more} more` : names.join(separator)
}
