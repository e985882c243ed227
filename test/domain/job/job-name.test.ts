import {expect, test} from 'vitest'
import {isJobName, jobNameOfFile} from '../../../src/domain/job/job-name.js'
import {fc} from '../../support/properties.js'

test.each(['a', 'pre_market_health_check', 'a.b:c@d-e', '9', 'x'.repeat(128)])('%s is a name', (text) => {
  expect(isJobName(text)).toBe(true)
})

test.each(['', '.', '..', '../x', 'a/b', 'a\nb', 'a\n', '\na', 'a b', '-a', '_a', 'ü', 'a\0', 'x'.repeat(129)])(
  '%j is no name',
  (text) => {
    expect(isJobName(text)).toBe(false)
  },
)

test.each([
  ['/srv/jobs/health_check.py', 'health_check'],
  ['backup.tar.gz', 'backup.tar'],
  ['.hidden', 'hidden'],
  ['my job.sh', 'my-job'],
  ['noext', 'noext'],
  ['/', undefined],
  ['???', undefined],
  ['..', undefined],
])('the job of %s is %s', (file, name) => {
  expect(jobNameOfFile(file)).toBe(name)
})

test('whatever the file is called, its job has a name that is one, or none', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 300}), (file) => {
      const name = jobNameOfFile(file)
      expect(name === undefined || isJobName(name)).toBe(true)
    }),
  )
})
