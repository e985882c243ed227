import {join} from 'node:path'
import {expect, test} from 'vitest'
import {renderReport} from './report.js'
import {runSoak} from './run-soak.js'

const repository = join(import.meta.dirname, '../..')

test('in a minute of real jobs of all kinds, started in the same instant as their watchdog, guard says what is true and nothing else', async () => {
  const {evidence, faults, dir} = await runSoak({minutes: 1, seed: 1, repository, print: () => undefined})
  expect(faults, `${renderReport(evidence, faults)}\nWhat happened is in ${dir}`).toEqual([])
}, 600_000)
