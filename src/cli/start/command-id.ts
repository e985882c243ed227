/** The command that the first words name, by oclif's id of it (`lease:list`). @returns undefined if they name none */
export function idOf(
  [first, second]: readonly string[],
  commands: Readonly<Record<string, unknown>>,
): string | undefined {
  const ids = [`${first}:${second}`, `${first}`]
  return ids.find((id) => Object.hasOwn(commands, id))
}
