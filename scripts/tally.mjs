// Given the results of test runs, prints what failed, what was skipped, and the last line: `N passed, N failed`. CI may
// skip nothing.
import {existsSync, readFileSync} from 'node:fs'
import {basename, relative} from 'node:path'

/** Of a failure: its message, and the lines that led to it. */
const shownLines = 40

const files = process.argv.slice(2)
// A part that did not end has left no results.
const ended = files.filter((file) => existsSync(file))
const testResults = ended.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).testResults)
const tests = testResults.flatMap(({assertionResults}) => assertionResults)
const count = (...states) => tests.filter(({status}) => states.includes(status)).length
const skipped = tests.filter(({status}) => status === 'pending' || status === 'skipped' || status === 'todo')
// A file that does not even load has no tests to count.
const broken = testResults.filter(
  ({status, assertionResults}) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
).length

// Of the output of a long run often only the end is kept.
for (const file of ended) {
  for (const {name, message, assertionResults} of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const failures = assertionResults.filter(({status}) => status === 'failed')
    const where = `${basename(file, '.json')}: ${relative(process.cwd(), name)}`
    for (const {fullName, failureMessages} of failures) tell(`${where}: ${fullName}`, failureMessages.join('\n'))
    if (failures.length === 0 && message) tell(where, message)
  }
}
for (const {fullName} of skipped) console.log(`skipped: ${fullName}`)
const failed = count('failed') + broken + files.length - ended.length + (process.env.CI ? skipped.length : 0)
if (process.env.CI && skipped.length > 0) console.log('CI skips nothing: the skipped tests count as failed')
console.log(
  `${count('passed')} passed, ${failed} failed${process.env.CI || skipped.length === 0 ? '' : `, ${skipped.length} skipped`}`,
)
process.exitCode = failed > 0 ? 1 : 0

function tell(what, message) {
  const lines = message.split('\n').filter((line) => !line.includes('/node_modules/'))
  console.log(`failed: ${what}\n${lines.slice(0, shownLines).join('\n')}`)
}
