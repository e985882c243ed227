import {expect, test} from 'vitest'
import type {CronLine} from '../../../../src/domain/diagnose/cron-line.js'
import {examineStoreAddress} from '../../../../src/usecases/diagnose/doctor/store.js'

const line = (more: Partial<CronLine> = {}): CronLine => ({
  ...{file: 'crontab of op', edit: 'crontab -e', number: 3, state: 'wrapped', calls: 'run', job: 'nightly'},
  ...{text: '0 2 * * * guard run nightly', variables: {}},
  ...more,
})

async function found(lines: readonly CronLine[], job?: string, address: {env: string} | {file: string} = {env: 'URL'}) {
  const deps = {
    address,
    isOfFleet: (name: string) => name === 'nightly',
    problemWith: ({URL: url}: Readonly<Record<string, string>>) => (url === undefined ? 'URL is not set' : undefined),
    crontabLines: async () => ({kind: 'debian' as const, lines, unreadable: [], ignored: []}),
  }
  return (await examineStoreAddress(deps, job)).map(({level, proof}) => `${level}: ${proof}`)
}

test.each([
  ['a variable that no line sets', [line()], 'wrong: URL is not set, for crontab of op, line 3'],
  ['one that is set above', [line({variables: {URL: 'postgres://…'}})], 'well: '],
  ['one that the line sets itself', [line({text: '0 2 * * * URL=x guard run nightly'})], 'well: '],
  ['a line that reads a file of variables', [line({text: '0 2 * * * . /etc/op.env; guard run nightly'})], 'well: '],
  ['a line of a job of this machine alone', [line({job: 'other'})], 'look: URL is not set'],
  ['no line at all', [], 'look: URL is not set'],
])('the address of the store under cron, with %s', async (_title, lines, said) => {
  expect(await found(lines)).toEqual([said])
})

test('a file that cannot be read is wrong, whatever starts the jobs', async () => {
  expect(await found([], undefined, {file: '/nowhere'})).toEqual(['wrong: URL is not set'])
})

test('is nothing to a job of this machine alone', async () => {
  expect([await found([line()], 'other'), await found([line()], 'nightly')]).toEqual([
    [],
    ['wrong: URL is not set, for crontab of op, line 3'],
  ])
})
