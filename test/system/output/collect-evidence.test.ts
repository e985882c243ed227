import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {collectEvidence} from '../../../src/system/output/collect-evidence.js'

type Request = Parameters<typeof collectEvidence>[0]

/** What is left of an attempt that ended with exit code 0, without a log. */
function evidenceOf(exit: Partial<Request['exit']>, more: Partial<Request> = {}) {
  return collectEvidence({
    ...{job: 'j', output: undefined, patterns: {}, begin: 0, endAsked: false, resultFile: undefined},
    exit: {code: 0, signal: undefined, timedOut: false, silent: false, ...exit},
    exitMap: jobDefaults.exitMap,
    warn: () => undefined,
    ...more,
  })
}

test.each<[string, Promise<{readonly class?: string | undefined}>, string | undefined]>([
  ['one that ended well has none', evidenceOf({}), undefined],
  ['one that was stopped at its time limit is a timeout', evidenceOf({timedOut: true}), 'timeout'],
  ['one that was stopped for its silence is a timeout', evidenceOf({silent: true}), 'timeout'],
  ['one that failed by the exit map is unknown', evidenceOf({}, {exitMap: {0: 'failed'}}), 'unknown'],
])('the class of an attempt with exit code 0: %s', async (_title, evidence, expected) => {
  expect((await evidence).class).toBe(expected)
})
