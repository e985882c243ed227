import {describe, expect, test} from 'vitest'
import {parseCrontab} from '../../../src/domain/crontab/line.js'
import type {LineFiles} from '../../../src/domain/crontab/start-problem.js'
import {surveyCrontab} from '../../../src/domain/crontab/survey.js'

const programs = ['/usr/bin/guard', '/usr/bin/nice', '/opt/a.sh', '/srv/x/a.sh', '/root/a.sh']
const files: LineFiles = {
  home: '/root',
  problemOf: (path) =>
    path === '/opt/plain' ? 'is not executable' : programs.includes(path) ? undefined : 'is not there',
  lacksFolder: (path) => !['/srv/x', '/root', '/root/sub'].includes(path),
}

function found(bytes: string, home: string | undefined = '/root') {
  const lines = surveyCrontab(parseCrontab(`${bytes}\n`, false), {
    kind: 'debian',
    callOf: () => ({program: () => 'guard', flags: () => ''}),
    jobsOf: () => ({hasJob: () => false, jobOfFile: () => undefined}),
    isUser: () => false,
    filesOf: () => ({...files, home}),
    unique: () => 'j',
    fallbackName: 'j',
    given: new Map(),
    unchanged: undefined,
  })
  const line = lines.at(-1)
  return {state: line?.state, problem: line?.problem?.text, warnings: line?.warnings}
}

describe('a line that calls guard', () => {
  test.each([
    ['guard run --job j -- /opt/gone', '/opt/gone is not there'],
    ['guard run --job j -- "/opt/plain" >> /l 2>&1', '/opt/plain is not executable'],
    ['guard run --timeout 5m /opt/gone.py x', '/opt/gone.py is not there'],
    ['cd /srv/x && guard run ./gone.sh', '/srv/x/gone.sh is not there'],
    ['/opt/gone/guard run --job j -- /opt/a.sh', '/opt/gone/guard is not there'],
    ['/opt/gone/guard watchdog', '/opt/gone/guard is not there'],
    ['cd /srv/y && guard run --job j -- ./a.sh', 'there is no folder /srv/y'],
    ['cd /srv/x && guard run --job j -- ./b.sh', '/srv/x/b.sh is not there'],
    ['cd other && guard run --job j -- true', 'there is no folder /root/other'],
    ["guard run --job j -- sh -c 'date +%F'", 'cron ends it at the %, within quotes: write \\%'],
  ])('runs nothing: %s', (command, why) => {
    expect(found(`0 5 * * * ${command}`)).toEqual({
      state: 'wrapped',
      problem: why,
      warnings: [`runs nothing: ${why}`],
    })
  })

  test('runs nothing where its PATH does not have guard', () => {
    expect(found('PATH=/opt:/bin\n0 5 * * * guard run j')).toMatchObject({
      warnings: ['runs nothing: PATH (/opt:/bin) has no guard'],
    })
  })

  test.each([
    'guard run --job j -- /opt/a.sh',
    'cd /srv/x && guard run --job j -- ./a.sh',
    'cd sub && guard run j',
    './a.sh && guard run j',
    // guard looks for these by its settings, and says what is wrong.
    'guard run gone',
    'guard run --timeout 5m /opt/plain',
    'guard run /opt/a.sh -- /opt/gone',
    'guard run --cwd /elsewhere ./gone.sh',
    'guard run --job j -- gone',
    'guard run --cwd /elsewhere --job j -- ./gone',
    // What a shell makes of it is not known.
    'guard run --job j -- $HOME/gone',
    '[ -x /opt/gone ] && guard run --job j -- /opt/gone',
    'PATH=/opt/bin guard run j',
    'guard run --job j -- /opt/a.sh%input',
    "guard run --job j -- /opt/a.sh 'a b'%it's",
  ])('may run something: %s', (command) => {
    expect(found(`0 5 * * * ${command}`)).toMatchObject({state: 'wrapped', problem: undefined, warnings: []})
  })

  test('of another user, whose home is not known, is judged by absolute paths alone', () => {
    const lines = ['./gone/guard run j', 'guard run --job j -- ./gone', 'cd gone && guard run j']
    const judged = lines.map((line) => found(`0 5 * * * ${line}`, ''))
    expect(judged.flatMap(({problem}) => problem ?? [])).toEqual([])
  })
})

test('nothing is said of the program of a line without guard', () => {
  expect(found('0 5 * * * /opt/gone')).toMatchObject({state: 'wrappable', problem: undefined, warnings: []})
})
