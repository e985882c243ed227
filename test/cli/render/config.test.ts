import {expect, test} from 'vitest'
import {warningLines} from '../../../src/cli/render/config.js'

test('what is nearly a problem stands before the notes, and a note that fits many keys is one line', () => {
  const note = (of: string) => ({level: 'note', of, text: 'has no limit'}) as const
  const keys = ['jobs.b', 'jobs.c', 'jobs.d', 'jobs.e', 'jobs.f', 'jobs.g']
  const warning = {level: 'warning', of: 'jobs.z.script:', text: 'is not there'} as const
  expect(warningLines([note('jobs.a'), ...keys.map(note), warning])).toEqual([
    'warning: jobs.z.script: is not there',
    'note: jobs.a has no limit (likewise jobs.b, jobs.c, jobs.d, jobs.e, jobs.f and 1 more)',
  ])
  expect(warningLines([note('jobs.a')])).toEqual(['note: jobs.a has no limit'])
})
