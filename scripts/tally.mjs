// Given the results of test runs, prints the last line: `N passed, N failed`, and what was skipped. CI may skip nothing.
import {existsSync, readFileSync} from 'node:fs'

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

for (const {fullName} of skipped) console.log(`skipped: ${fullName}`)
const failed = count('failed') + broken + files.length - ended.length + (process.env.CI ? skipped.length : 0)
if (process.env.CI && skipped.length > 0) console.log('CI skips nothing: the skipped tests count as failed')
console.log(
  `${count('passed')} passed, ${failed} failed${process.env.CI || skipped.length === 0 ? '' : `, ${skipped.length} skipped`}`,
)
process.exitCode = failed > 0 ? 1 : 0
