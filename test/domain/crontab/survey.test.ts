import {describe, expect, test} from 'vitest'
import type {CronKind} from '../../../src/domain/crontab/cron-kind.js'
import {parseCrontab} from '../../../src/domain/crontab/line.js'
import {type SurveyedLine, surveyCrontab} from '../../../src/domain/crontab/survey.js'
import type {LineJobs} from '../../../src/domain/crontab/wrap.js'
import {lineCases} from '../../support/crontab-lines.js'

interface Options {
  readonly kind?: CronKind
  readonly hasUsers?: boolean
  readonly jobs?: LineJobs
  readonly unchanged?: string
}

const noJobs: LineJobs = {hasJob: () => false, jobOfFile: () => undefined}

function survey(
  bytes: string,
  {kind = 'debian', hasUsers = false, jobs = noJobs, unchanged}: Options = {},
): readonly SurveyedLine[] {
  return surveyCrontab(parseCrontab(bytes, hasUsers), {
    kind,
    callOf: () => ({program: (path) => (path === undefined ? '/abs/guard' : 'guard'), flags: () => ''}),
    jobsOf: () => jobs,
    isUser: (name) => ['root', 'www-data'].includes(name),
    filesOf: () => ({home: '/root', problemOf: () => undefined, lacksFolder: () => false}),
    unique: () => 'j',
    fallbackName: 'j',
    given: new Map(),
    unchanged,
  })
}

function saidOf({reason = '', warnings}: Partial<SurveyedLine>): string {
  return [reason, ...(warnings ?? [])].join('\n')
}

describe("by the rules of Debian's cron", () => {
  test.each(lineCases)('$line is $state', ({line, hasUsers = false, state, becomes, said = ''}) => {
    const [found] = survey(`${line}\n`, {hasUsers})
    expect({state: found?.state ?? 'plain', becomes: found?.wrapped}).toEqual({state, becomes})
    expect(saidOf(found ?? {warnings: []})).toContain(said)
  })
})

const others = lineCases.flatMap(({line, hasUsers, others = {}}) =>
  Object.entries(others).map(([kind, [state, said = '']]) => ({line, hasUsers, kind: kind as CronKind, state, said})),
)

test.each(others)('$kind takes $line as $state', ({line, hasUsers = false, kind, state, said}) => {
  const [found] = survey(`${line}\n`, {kind, hasUsers})
  expect(found?.state ?? 'plain').toBe(state)
  expect(saidOf(found ?? {warnings: []})).toContain(said)
})

describe('the job of a line', () => {
  const jobs: LineJobs = {
    hasJob: (name) => name === 'db.nightly',
    jobOfFile: ({file, folder}) => (folder === '/opt' && file === './backup.sh' ? 'nightly' : undefined),
  }
  test.each([
    ['cd /opt && ./backup.sh', 'nightly'],
    ['cd /opt; ./backup.sh | gzip > b', 'nightly'],
    ['cd /srv && ./backup.sh', 'j'],
    ['cd /opt && guard run ./backup.sh', 'nightly'],
    ['bash -lc "cd /opt; guard run ./backup.sh"', 'nightly'],
    ['(guard run --timeout 5m ./other.sh)', 'other'],
    ['guard run db.nightly', 'db.nightly'],
    ['guard run --job=db.hourly -- x', 'db.hourly'],
    [`A='b' '/opt/guard' 'run' '--job' 'db.hourly' '/opt/backup.sh'`, 'db.hourly'],
    ['guard watchdog', 'watchdog'],
  ])('%s: %s', (command, job) => {
    expect(survey(`0 5 * * * ${command}\n`, {jobs})[0]?.job).toBe(job)
  })
})

test.each([
  ['root /opt/a.sh', 1],
  ['www-data /opt/a.sh -v', 1],
  ['root', 0],
  ['/opt/root /opt/a.sh', 0],
  ['nobody-known /opt/a.sh', 0],
])(
  'a command %j has %i warnings that it begins with a user, which only crontabs of the system name',
  (command, count) => {
    const [found] = survey(`0 5 * * * ${command}\n`)
    expect(found?.warnings.filter((one) => one.includes('column for the user'))).toHaveLength(count)
    expect(survey(`0 5 * * * root ${command}\n`, {hasUsers: true})[0]?.warnings).toEqual([])
  },
)

test('a % is not an end of the command for busybox', () => {
  const [found] = survey('0 5 * * * a; cat%Hi\n', {kind: 'busybox'})
  expect(found?.wrapped).toBe(`0 5 * * * guard run --job j -- "\${SHELL:-/bin/sh}" -c 'a; cat%Hi'`)
})

test('a last line without its newline is wrong, and can be wrapped', () => {
  expect(survey('MAILTO=""\n0 5 * * * a')).toMatchObject([
    {
      number: 2,
      state: 'wrong',
      reason: 'refused: no newline at its end; install adds one',
      wrapped: expect.any(String),
    },
  ])
})

test('of a crontab that is not changed the lines are left alone with the reason, and known by their jobs', () => {
  const lines = survey('0 5 * * * a\n0 5 * * * guard run b\n@Daily c\n', {unchanged: 'it is a link'})
  expect(lines).toMatchObject([
    {state: 'left', job: 'j', reason: 'it is a link', wrapped: undefined},
    {state: 'wrapped', job: 'b'},
    {state: 'wrong', wrapped: undefined},
  ])
})

test('guard is called by absolute paths where the command sets PATH', () => {
  const [found] = survey('0 5 * * * PATH=/x:$PATH a\n')
  expect(found?.wrapped).toBe('0 5 * * * PATH=/x:$PATH /abs/guard run --job j -- a')
})

test('flock and timeout are kept, and the flag that does the same is told', () => {
  expect(survey('@daily flock -n /l a\n@daily timeout -k 5 5m a\n').map(({hints}) => hints)).toEqual([
    ['--overlap skip, the default, does what flock does here'],
    ['--timeout 5m does what timeout does here, for all processes'],
  ])
})

test.each(['/usr/bin/fish', '"/bin/tcsh"', '/usr/bin/python3'])('a line below SHELL=%s is left alone', (shell) => {
  const [before, below, wrapped] = survey(`0 5 * * * a\nSHELL=${shell}\n0 5 * * * b\n0 5 * * * guard run c\n`)
  expect([before?.state, below?.state, wrapped?.state]).toEqual(['wrappable', 'left', 'wrapped'])
  expect(below?.reason).toContain(`its SHELL is ${shell.replaceAll('"', '')}`)
})

test.each(['/bin/sh', '/bin/bash', '/usr/bin/zsh', '"/bin/dash"'])('a line below SHELL=%s is wrapped', (shell) => {
  expect(survey(`SHELL=${shell}\n0 5 * * * a | b\n`)).toMatchObject([{state: 'wrappable'}])
})
