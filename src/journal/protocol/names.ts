/** Names of the files of a journal, relative to the state directory. */

/** The folder of the generations of all journals. */
export const generationsFolder = '.gen'

const archiveEnd = '.gz'

/** The name that people and other programs see: `leases.jsonl`. */
export function stableName(journal: string): string {
  return `${journal}.jsonl`
}

export function generationName(journal: string, generation: number): string {
  return `${generationsFolder}/${journal}.${String(generation).padStart(6, '0')}.jsonl`
}

/** A compressed generation, to which no process appends any more. */
export function archiveName(journal: string, generation: number): string {
  return `${generationName(journal, generation)}${archiveEnd}`
}

/** The number in the name of an archive, given without its folder. @returns undefined for any other file */
export function archivedGenerationOf(journal: string, file: string): number | undefined {
  return file.endsWith(archiveEnd) ? generationOf(journal, file.slice(0, -archiveEnd.length)) : undefined
}

/** The number in the name of a generation, given without its folder. @returns undefined for any other file */
export function generationOf(journal: string, file: string): number | undefined {
  if (!file.startsWith(`${journal}.`)) return undefined
  const match = /^(\d{6,})\.jsonl$/.exec(file.slice(journal.length + 1))
  return match ? Number(match[1]) : undefined
}

/** A name for a file that is not part of the journal yet. */
export function freshName(journal: string, id: string): string {
  return `${generationsFolder}/.new-${journal}-${id}`
}

/** Where a file is kept that replaced the stable name. */
export function asideName(journal: string, id: string): string {
  return `${journal}.edited-${id}`
}
