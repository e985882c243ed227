import {describe, expect, test} from 'vitest'
import {judgeStart, type StartResult, startsOf} from '../../../src/domain/diagnose/cron-start.js'
import {wrappedLine} from '../../support/cron-lines.js'

const here = {version: '1.0.0', program: '/opt/guard/bin/guard', node: '/opt/node/bin/node'}
const ended = (exitCode: number, stderr = ''): StartResult => ({exitCode, stderr, stdout: '', timedOut: false})
const started = (text: string): StartResult => ({exitCode: 0, stderr: '', stdout: `${text}\n`, timedOut: false})
const [plain] = startsOf([])

/** The first way in which this line starts guard. */
function startOf(line = wrappedLine()) {
  const [start] = startsOf([line])
  if (!start) throw new Error('the line starts nothing')
  return start
}

describe('startsOf', () => {
  test('lines that start guard in the same way are one start', () => {
    const lines = [wrappedLine(), wrappedLine({number: 2}), wrappedLine({number: 3, variables: {PATH: '/opt/bin'}})]
    expect(startsOf(lines).map(({lines: own}) => own.length)).toEqual([2, 1])
  })

  test('where no line starts guard, the plain name is tried', () => {
    expect(startsOf([wrappedLine({state: 'wrappable'})])).toEqual([
      {program: 'guard', variables: {}, lines: [], canInstall: true},
    ])
  })

  test('a wrapped line whose start cannot be tried alone is passed', () => {
    const {start: _, ...line} = wrappedLine()
    expect(startsOf([line])).toEqual([])
  })
})

describe('judgeStart', () => {
  test('a guard that starts is well, with its version and that of its Node', () => {
    expect(judgeStart(startOf(), started('guardian/1.0.0 linux-x64 node-v20.20.2'), here)).toMatchObject({
      level: 'well',
      what: 'guard 1.0.0 and Node 20.20.2 under cron',
    })
  })

  test('another version than this one needs a look', () => {
    const found = judgeStart(startOf(), started('guardian/0.9.0 linux-x64 bun-v1.4.5'), here)
    expect(found).toMatchObject({level: 'look', what: 'cron starts another guard', mend: 'crontab -e'})
    expect(found.proof).toContain('guard is 0.9.0, and this is 1.0.0 (/opt/guard/bin/guard)')
  })

  test('a missing guard is told with PATH, its place, its lines and the PATH that mends it', () => {
    const start = startOf(wrappedLine({variables: {PATH: '/usr/bin'}}))
    expect(judgeStart(start, ended(127, '/bin/sh: 1: guard: not found'), here)).toMatchObject({
      level: 'wrong',
      what: 'PATH in cron has no guard',
      proof: "cron's PATH is /usr/bin, guard is /opt/guard/bin/guard (crontab -l, line 1)",
      mend: 'crontab -e',
      note: 'put PATH=/opt/guard/bin:/opt/node/bin:/usr/bin above',
    })
  })

  test('a missing Node is told as such, which the standalone executable never misses', () => {
    const result = ended(127, 'guard: there is no Node in /usr/bin:/bin')
    expect(plain && judgeStart(plain, result, here)).toMatchObject({
      what: 'PATH in cron has no node',
      mend: 'sudo ln -s /opt/node/bin/node /usr/bin/node',
    })
  })

  test('a whole path that is not there is no question of PATH', () => {
    const start = startOf(wrappedLine({start: 'cd /srv && /old/guard'}))
    expect(judgeStart(start, ended(127, '/bin/sh: 1: /old/guard: not found'), here)).toMatchObject({
      level: 'wrong',
      what: 'guard does not start under cron',
      proof: 'cd /srv && /old/guard --version: /bin/sh: 1: /old/guard: not found (crontab -l, line 1)',
      note: 'this guard is /opt/guard/bin/guard',
    })
  })

  test('a guard that gives no answer does not start', () => {
    const found = judgeStart(startOf(), {...ended(1), exitCode: undefined, timedOut: true}, here)
    expect(found).toMatchObject({level: 'wrong', proof: 'guard --version: it gave no answer (crontab -l, line 1)'})
  })
})
