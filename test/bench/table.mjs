/** Prints rows as a Markdown table. */
export function printTable(title, rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = [columns, columns.map(() => '---'), ...rows.map((row) => columns.map((name) => `${row[name] ?? ''}`))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)))
  const text = cells.map((line) => `| ${line.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`)
  process.stdout.write(`\n${title}\n\n${text.join('\n')}\n`)
}
