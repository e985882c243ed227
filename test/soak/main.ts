import {parseArgs} from 'node:util'
import {cronSoak} from './cron.js'
import {renderReport} from './report.js'
import {runSoak} from './run-soak.js'

const {values} = parseArgs({
  options: {
    minutes: {type: 'string', default: '1'},
    cron: {type: 'boolean', default: false},
    seed: {type: 'string', default: '1'},
    repository: {type: 'string', default: process.cwd()},
  },
})
const print = (line: string) => console.log(line)
const options = {minutes: Number(values.minutes), seed: Number(values.seed), repository: values.repository, print}
const {evidence, faults, dir} = values.cron ? await cronSoak(options) : await runSoak(options)
print(renderReport(evidence, faults))
if (faults.length > 0) print(`\nWhat happened is in ${dir}`)
process.exitCode = faults.length > 0 ? 1 : 0
