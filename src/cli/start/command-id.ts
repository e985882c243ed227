/** The command that the first words name, by oclif's id of it (`lease:list`). @returns undefined if they name none */
export function idOf(words: readonly string[], commands: Readonly<Record<string, unknown>>): string | undefined {
  const ids = [3, 2, 1].map((count) => words.slice(0, count).join(':'))
  return ids.find((id) => Object.hasOwn(commands, id))
}
