import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {describe, expect, onTestFinished, test} from 'vitest'
import {lineCases} from '../support/crontab-lines.js'
import {crontabObstacle, withoutCrontabs} from '../support/crontab-space.js'
import {asOrdinaryUser, createSandbox, isRoot, type Sandbox, until} from '../support/sandbox.js'
import {inTerminal} from '../support/terminal.js'

/** A crontab as a file, which needs no cron. */
function withFile(text: string): Sandbox {
  const box = createSandbox()
  writeFileSync(box.path('tab'), text, 'latin1')
  return box
}

const read = (box: Sandbox, name = 'tab') => readFileSync(box.path(name), 'latin1')
const bytes = lineCases
  .filter(({hasUsers}) => !hasUsers)
  .map(({line}) => `${line}\n`)
  .join('')

describe('discover', () => {
  test('counts in its first line, and exits with 1 if a line is wrong', async () => {
    const box = withFile('0 5 * * * a\n0 22-3 * * * b\n0 5 * * * c &\n@daily guard run --job d -- d\n')
    const {code, stdout} = await box.guard('crontab', 'discover', '--file', 'tab')
    expect(code).toBe(1)
    expect(stdout.split('\n')[0]).toBe('4 lines in 1 crontab: 1 wrapped, 1 can be wrapped, 1 left alone, 1 is wrong')
  })

  test('names the job of a line that starts it through tens of thousands of programs', async () => {
    const box = withFile(`0 5 * * * ${'timeout 5m '.repeat(50_000)}/opt/a.sh\n`)
    const {code, stdout} = await box.guard('crontab', 'discover', '--file', 'tab', '--json')
    expect(code).toBe(1)
    expect(stdout).toContain('"job":"a"')
  })

  test('exits with 0 for what is only a warning', async () => {
    const box = withFile('PATH=$PATH:/opt/bin\n*/70 * * * * a\r\n')
    const {code, stdout} = await box.guard('crontab', 'discover', '--file', 'tab')
    expect({code, warnings: stdout.match(/^ +! {2}.*$/gm)}).toEqual({
      code: 0,
      warnings: [
        '      !  cron expands nothing here: $ is part of a name',
        '      !  the step of */70 is longer than its field: only the first value counts',
        '      !  its carriage return is part of the command',
      ],
    })
  })

  test.each([
    ['C.UTF-8', '✗'],
    ['C', 'X'],
  ])('fits into 80 columns on a terminal of locale %s, except for names, which are not cut', async (locale, sign) => {
    const box = withFile(bytes)
    const {stdout} = await inTerminal(box, 'guard crontab discover --file tab --no-color', {LC_ALL: locale})
    expect(stdout.split('\n').filter((line) => line.length > 80 && !/ x{100}/.test(line))).toEqual([])
    expect(stdout).toContain(`  ${sign} 0 22-3 * * * `)
    // A command that is cut beside its reason.
    box.write('tab', '25 6 * * * test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n')
    const short = await inTerminal(box, 'guard crontab discover --file tab --no-color', {LC_ALL: locale})
    expect(short.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('has signs of ASCII where the locale has no others', async () => {
    const box = createSandbox()
    box.write('tab', `0 22-3 * * * a\n@daily ${box.dir}/bin/guard run --job d -- d\n`)
    const {stdout} = await inTerminal(box, 'guard crontab discover --file tab --no-color', {LC_ALL: 'C'})
    expect(stdout).toMatch(/^ +1 {2}X 0 22-3/m)
    expect(stdout).toMatch(/^ +2 {2}\. @daily/m)
    expect(stdout).toMatch(/^[ -~\n]*$/)
  })
})

test('of a line that guard could not run nothing good is shown, and why; it does not count as wrong', async () => {
  const box = createSandbox()
  const guard = `${box.dir}/bin/guard`
  const plain = box.write('plain', '')
  box.write(
    'tab',
    [
      `0 1 * * * ${guard} run --job well -- /bin/true`,
      `0 2 * * * ${guard} run --job gone -- ${box.dir}/gone`,
      `0 3 * * * ${guard} run --job plain -- ${plain}`,
      `0 4 * * * cd ${box.dir}/nowhere && ${guard} run --job cd -- ./a`,
      `0 5 * * * ${guard} run --job cut -- sh -c 'date +%F'`,
      '0 6 * * * guard run --job path -- /bin/true',
      '',
    ].join('\n'),
  )
  const {code, stdout} = await box.guard('crontab', 'discover', '--file', 'tab')
  expect(code).toBe(0)
  const why = stdout.split('\n').flatMap((line) => /runs nothing: (.*)/.exec(line)?.[1] ?? [])
  expect(why).toEqual([
    `${box.dir}/gone is not there`,
    `${plain} is not executable`,
    `there is no folder ${box.dir}/nowhere`,
    'cron ends it at the %, within quotes: write \\%',
    'PATH (/usr/bin:/bin) has no guard',
  ])
  const {crontabs, counts} = JSON.parse((await box.guard('crontab', 'discover', '--file', 'tab', '--json')).stdout)
  expect(counts).toMatchObject({wrapped: 6, wrong: 0})
  expect(crontabs[0].lines.map(({warnings}: {warnings: string[]}) => warnings.length)).toEqual([0, 1, 1, 1, 1, 1])
})

test('a file that is not there is named, with exit code 74', async () => {
  const box = createSandbox()
  for (const [file, why] of [
    ['nowhere', 'there is no such file'],
    ['home', 'it is a folder'],
  ]) {
    const {code, stderr} = await box.guard('crontab', 'discover', '--file', file ?? '')
    expect([code, stderr]).toEqual([
      74,
      `guard: ${box.dir}/${file} cannot be read: ${why}\n  - name a crontab: --file FILE\n`,
    ])
  }
})

describe('install and remove', () => {
  test('change a crontab and put it back byte for byte, and do nothing twice', async () => {
    const box = withFile(bytes)
    expect(await box.guard('crontab', 'install', '--file', 'tab', '--yes')).toMatchObject({code: 0, stderr: ''})
    const installed = read(box)
    expect(installed).toContain('\n# guard-was: 0 5 * * * /opt/\xc3\xa4\xff.sh \xa0\n')
    const again = await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(again).toMatchObject({code: 0, stdout: expect.stringMatching(/^nothing to do/)})
    expect(read(box)).toBe(installed)
    await box.guard('crontab', 'remove', '--file', 'tab', '--yes')
    expect(read(box)).toBe(bytes)
    const twice = await box.guard('crontab', 'remove', '--file', 'tab', '--yes')
    expect(twice).toMatchObject({code: 0, stdout: expect.stringMatching(/^nothing to do/)})
  })

  test('add a missing newline, say so, and take it away again', async () => {
    const box = withFile('0 5 * * * a')
    const {stdout} = await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(stdout).toContain(': its last line gets the newline that it lacks')
    expect(read(box)).toMatch(/ run .* -- a\n# guard-added-newline\n$/)
    await box.guard('crontab', 'remove', '--file', 'tab', '--yes')
    expect(read(box)).toBe('0 5 * * * a')
  })

  test('add no newline behind a comment, which needs none', async () => {
    const box = withFile('0 5 * * * guard run a\n# end')
    const {stdout} = await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(stdout).toMatch(/^nothing to do/)
    expect(read(box)).toBe('0 5 * * * guard run a\n# end')
  })

  test.skipIf(!isRoot)('change nothing where the backup has no room, and name its place', async () => {
    const box = withFile('0 5 * * * a\n')
    mkdirSync(box.stateDir, {mode: 0o700})
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', box.stateDir])
    onTestFinished(() => void execFileSync('umount', ['-l', box.stateDir]))
    await box.sh('head -c 100000 /dev/zero > state/filler')
    const {code, stderr} = await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect([code, read(box)]).toEqual([74, '0 5 * * * a\n'])
    expect(stderr).toMatch(/the backup \S+\/state\/crontab\/\S+ cannot be written \(ENOSPC\), so \S+tab is as it was/)
  })

  test('need --yes where there is no terminal to ask on', async () => {
    const box = withFile('0 5 * * * a\n')
    const {code, stdout, stderr} = await box.guard('crontab', 'install', '--file', 'tab')
    expect({code, stderr}).toEqual({
      code: 64,
      stderr: expect.stringContaining('there is no terminal to ask on\n  - add --yes'),
    })
    expect(stdout).toContain('- 0 5 * * * a\n+ 0 5 * * * ')
    expect(read(box)).toBe('0 5 * * * a\n')
  })

  test('keep the former crontab in the state directory', async () => {
    const box = withFile('0 5 * * * a\n')
    await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    const [backup = '', ...more] = readdirSync(`${box.stateDir}/crontab`)
    expect(more).toEqual([])
    expect(readFileSync(`${box.stateDir}/crontab/${backup}`, 'utf8')).toBe('0 5 * * * a\n')
    expect(readdirSync(box.dir).sort()).toEqual(['bin', 'home', 'state', 'tab'])
  })

  test('wrap the jobs whose names match, and no others', async () => {
    const box = withFile('0 5 * * * /a/rotate1\n0 5 * * * /a/rotate2\n0 5 * * * /a/scan\n')
    await box.guard('crontab', 'install', '--file', 'tab', '--yes', 'rotate*')
    expect(read(box).match(/--job (\S+)/g)).toEqual(['--job rotate1', '--job rotate2'])
    await box.guard('crontab', 'remove', '--file', 'tab', '--yes', 'rotate1')
    expect(read(box).match(/--job (\S+)/g)).toEqual(['--job rotate2'])
  })

  test('wrap one line under a name that is given', async () => {
    const box = withFile('0 5 * * * a\n0 5 * * * b\n')
    await box.guard('crontab', 'install', '--file', 'tab', '--yes', '--line', '2', '--job', 'nightly')
    expect(read(box).match(/--job (\S+)/g)).toEqual(['--job nightly'])
  })

  test('name a line by the job of the settings that it runs, and no other line', async () => {
    const box = createSandbox()
    const own = box.write('own/backup.sh', '#!/bin/sh\necho own\n', 0o755)
    const other = box.write('other/backup.sh', '#!/bin/sh\necho other\n', 0o755)
    box.write(
      '.guardianrc.yaml',
      `jobs:\n  nightly: {script: ${own}, schedule: "0 5 * * *"}\n  backup: {script: ${box.dir}/x.sh}\n`,
    )
    box.write('tab', `0 5 * * * ${own} --all\n0 6 * * * cd ${box.dir}/own && ./backup.sh\n0 7 * * * ${other}\n`)
    await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(read(box).match(/--job (\S+)/g)).toEqual(['--job nightly', '--job nightly', '--job backup-2'])
    const {stdout} = await box.guard('crontab', 'add', 'nightly', '--file', 'tab', '--yes')
    expect(stdout).toContain('a crontab runs nightly already')
  })

  test('keep the name of a job whose settings are wrong for it', async () => {
    const box = createSandbox()
    const own = box.write('own/backup.sh', '#!/bin/sh\n', 0o755)
    box.write('.guardianrc.yaml', `jobs:\n  nightly: {script: ${own}, timeot: 5m}\n  a: {command: [echo, 5]}\n`)
    box.write('tab', `0 5 * * * ${own}\n0 6 * * * /opt/a\n`)
    await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(read(box).match(/--job (\S+)/g)).toEqual(['--job nightly', '--job a-2'])
  })

  test('say of each line what becomes of it', async () => {
    const box = withFile('0 5 * * * a\n')
    box.write('.guardianrc.yaml', 'jobs: {j: {command: ["true"], schedule: "0 6 * * *"}}\n')
    const said = async (...words: string[]) => (await box.guard('crontab', ...words, '--file', 'tab', '--yes')).stdout
    expect(await said('install', 'nomatch')).toMatch(/^nothing to do: no such line is left that guard could run/)
    const file = `--file ${box.path('tab')}`
    expect(await said('add', 'j')).toContain(`\nguard crontab remove ${file} j takes it away.\n`)
    expect(await said('remove', 'j')).toContain('\nWhat guard has added is started no more.\n')
    expect(await said('install')).toContain(
      `\nThe former line stays above as a comment; guard crontab remove ${file} puts it back.\n`,
    )
    expect(await said('install')).toContain(`; guard crontab discover ${file} says why\n`)
    expect(await said('remove')).toContain('\nThe commands then run without guard.\n')
    await said('install', '--watchdog', 'nomatch')
    expect(await said('remove')).not.toContain('without guard')
  })

  test('name the settings where cron, which starts in the home of the user database, would not find them', async () => {
    const box = withFile('')
    for (const folder of ['project', 'home']) {
      box.write(`${folder}/.guardianrc.yaml`, 'jobs: {}\n')
      box.write(`${folder}/tab`, '0 5 * * * a\n')
      await box.guardWith({cwd: box.path(folder)}, 'crontab', 'install', '--file', 'tab', '--yes')
    }
    expect(read(box, 'project/tab')).toContain(` run --config ${box.dir}/project/.guardianrc.yaml --state-dir `)
    expect(read(box, 'home/tab')).toContain(` run --config ${box.path('home/.guardianrc.yaml')} --state-dir `)
  })

  test('name the places of guard where HOME or XDG_STATE_HOME of the crontab would lead to others', async () => {
    const box = withFile('')
    const home = box.path('home')
    box.write('home/.guardianrc.yaml', 'jobs: {}\n')
    const lines = [
      '@daily a',
      `HOME=${home}`,
      '@daily b',
      '@daily HOME=/x c',
      'XDG_STATE_HOME=/x',
      '@daily d',
      'HOME=/x',
    ]
    box.write(
      'home/tab',
      [...lines, '@daily e', 'GUARD_STATE_DIR=/s', '@daily f', 'GUARD_CONFIG=/c', '@daily g', ''].join('\n'),
    )
    const install = 'env -u GUARD_STATE_DIR guard crontab install --file tab --yes'
    expect(await box.sh(install, {cwd: home})).toMatchObject({code: 0})
    const [config, state] = [`--config ${home}/.guardianrc.yaml`, `--state-dir ${home}/.local/state/guard`]
    const flags = [...read(box, 'home/tab').matchAll(/^@daily .*guard run (.*)--job/gm)].map(([, found = '']) =>
      found.trim(),
    )
    expect(flags).toEqual([`${config} ${state}`, '', `${config} ${state}`, state, `${config} ${state}`, config, ''])
  })

  test('name the places of guard in a line of the watchdog below HOME of the crontab', async () => {
    const box = withFile('HOME=/x\n')
    box.write('.guardianrc.yaml', 'jobs: {a: {schedule: "0 5 * * *", command: [a]}}\n')
    const flag = '--allow-unsafe-filesystem'
    const install = `env -u GUARD_STATE_DIR guard crontab install --file tab --yes --watchdog ${flag}`
    expect(await box.sh(install)).toMatchObject({code: 0})
    const state = `${box.path('home')}/.local/state/guard`
    expect(read(box)).toContain(` watchdog --config ${box.dir}/.guardianrc.yaml --state-dir ${state} ${flag}`)
  })

  test('write and know paths that are not ASCII as the bytes that they are', async () => {
    const box = createSandbox()
    const [script, settings] = ['sch\u00f6n/night.sh', 'sch\u00f6n/\u65e5.yaml'].map((path) => box.path(path))
    box.write(
      'sch\u00f6n/\u65e5.yaml',
      `jobs: {sun: {script: ${script}, schedule: "@daily"}, moon: {command: [a], schedule: "@daily"}}`,
    )
    box.write('tab', `0 5 * * * ${script}\nHOME=${box.path('sch\u00f6n')}\n0 5 * * * ./night.sh\n`)
    const change = (...words: string[]) =>
      box.guard('crontab', ...words, '--file', 'tab', '--yes', '--config', settings ?? '')
    expect((await change('install')).stdout).toContain(`--config '${settings}' `)
    expect((await change('add', 'moon')).stdout).toContain(`--config '${settings}' `)
    const lines = readFileSync(box.path('tab'), 'utf8').split('\n')
    expect(lines.filter((line) => line.includes(` run --config '${settings}' --state-dir `))).toEqual([
      expect.stringMatching(/--job sun -- \/.*night\.sh$/),
      expect.stringMatching(/--job sun -- \.\/night\.sh$/),
      expect.stringMatching(/ moon$/),
    ])
  })

  test("call guard by its name where the crontab's PATH finds it, else by absolute paths", async () => {
    const box = withFile('')
    writeFileSync(box.path('tab'), `@daily a\nPATH=${box.dir}/bin:/usr/bin:/bin\n@daily b\n`)
    await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    expect(read(box)).toMatch(/^@daily (?:GUARD_NODE=\/\S+ )?\/\S*bin\/guard run .* -- a$/m)
    expect(read(box)).toMatch(/^@daily (?:GUARD_NODE=\/\S+ )?guard run .* -- b$/m)
  })

  test.each([
    [['--line', '1'], 'line 1 cannot be wrapped: never due: write 22-23,0-3'],
    [['--line', '2'], 'line 2 cannot be wrapped: it has no job'],
    [['--job', 'x'], '--job needs --line'],
    [['--line', '3', '--job', '../x'], '"../x" is not a name of a job'],
    [['--watchdog'], 'the settings name no job that the watchdog could watch'],
  ])('%j: says what is wrong, and writes nothing', async (flags, message) => {
    const text = '0 22-3 * * * a\n# comment\n0 5 * * * b\n'
    const box = withFile(text)
    const {code, stderr} = await box.guard('crontab', 'install', '--file', 'tab', '--yes', ...flags)
    expect({code, stderr}).toEqual({
      code: flags[0] === '--watchdog' ? 78 : 64,
      stderr: expect.stringContaining(message),
    })
    expect(read(box)).toBe(text)
  })

  test.each([
    ['the schedule was changed', /^0 5/m, '0 6', /^stays {2}line 2 of .*tab: its schedule was changed since$/m],
    ['it is commented out', /^0 5/m, '#0 5', /^stays {2}line 2 of .*tab: it is commented out$/m],
    [
      'a line was put between',
      /^0 5/m,
      '# mine\n0 5',
      /^stays {2}line 3 of .*tab: guard's comment on it, line 1, is no/m,
    ],
  ])('leave a line if %s by hand since, and end with 1', async (_, former, now, said) => {
    const box = withFile('0 5 * * * a\n')
    await box.guard('crontab', 'install', '--file', 'tab', '--yes')
    const changed = read(box).replace(former, now)
    writeFileSync(box.path('tab'), changed)
    for (const pattern of [[], ['a']]) {
      const {code, stdout} = await box.guard('crontab', 'remove', '--file', 'tab', '--yes', ...pattern)
      expect({code, stdout}).toEqual({code: 1, stdout: expect.stringMatching(said)})
    }
    const other = await box.guard('crontab', 'remove', '--file', 'tab', '--yes', 'b')
    expect(other).toMatchObject({code: 0, stdout: expect.stringMatching(/^nothing to do/)})
    expect(read(box)).toBe(changed)
  })
})

describe('asked on a terminal', () => {
  async function answer(box: Sandbox, text: string, meanwhile = () => {}) {
    await box.sh('mkfifo typed answers')
    box.startSh('exec cat typed > answers')
    const asking = box.startSh('exec script -qec "guard crontab install --file tab" /dev/null < answers', {
      env: {TERM: 'xterm-256color', SHELL: '/bin/sh'},
    })
    await until(() => asking.stdout().includes('[y/N]'), 'the question')
    meanwhile()
    writeFileSync(box.path('typed'), text)
    return asking.ended
  }

  test('install writes after a yes', async () => {
    const box = withFile('0 5 * * * a\n')
    expect((await answer(box, 'y\n')).code).toBe(0)
    expect(read(box)).toContain('# guard-was: 0 5 * * * a\n')
  })

  test('install writes nothing after anything else', async () => {
    const box = withFile('0 5 * * * a\n')
    const {code, stdout} = await answer(box, '\n')
    expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining('nothing was written')})
    expect(read(box)).toBe('0 5 * * * a\n')
  })

  test('install writes nothing where the terminal ends', async () => {
    const box = withFile('0 5 * * * a\n')
    const {code, stdout} = await answer(box, '\u0004')
    expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining('nothing was written')})
    expect(read(box)).toBe('0 5 * * * a\n')
  })

  test('install writes nothing if the crontab was changed meanwhile', async () => {
    const box = withFile('0 5 * * * a\n')
    const {code, stdout} = await answer(box, 'y\n', () => box.write('tab', '0 6 * * * a\n'))
    expect({code, stdout}).toEqual({code: 74, stdout: expect.stringContaining('was changed meanwhile')})
    expect(read(box)).toBe('0 6 * * * a\n')
  })
})

describe('add', () => {
  const settings = `jobs:
  nightly_audit: {command: ["true"], schedule: "30 2 * * *"}
  berlin: {command: ["true"], schedule: "30 2 * * *", timezone: Europe/Berlin}
  by_hand: {command: ["true"]}
  often: {command: ["true"], schedule: "@every 90m"}
  fast: {command: ["true"], schedule: "*/10 * * * * *"}
`

  test('writes the line of a job of the settings once, and remove takes it away', async () => {
    const box = withFile('MAILTO=""\n')
    box.write('.guardianrc.yaml', settings)
    await box.guard('crontab', 'add', 'nightly_audit', '--file', 'tab', '--yes')
    const flags = `--config ${box.dir}/.guardianrc.yaml --state-dir ${box.stateDir}`
    expect(read(box)).toMatch(/^MAILTO=""\n# guard-added: nightly_audit\n30 2 \* \* \* .*guard run /)
    expect(read(box)).toContain(`guard run ${flags} nightly_audit\n`)
    const again = await box.guard('crontab', 'add', 'nightly_audit', '--file', 'tab', '--yes')
    expect(again.stdout).toContain('a crontab runs nightly_audit already')
    await box.guard('crontab', 'remove', 'nightly_audit', '--file', 'tab', '--yes')
    expect(read(box)).toBe('MAILTO=""\n')
  })

  test('refuses a job that a line runs without guard already, and says how to put guard before it', async () => {
    const box = withFile('0 5 * * * /srv/sweep.sh\n')
    box.write('.guardianrc.yaml', 'jobs: {sweep: {script: /srv/sweep.sh, schedule: "0 5 * * *"}}')
    const {code, stderr} = await box.guard('crontab', 'add', 'sweep', '--file', 'tab', '--yes')
    expect({code, stderr}).toEqual({
      code: 64,
      stderr: expect.stringMatching(/line 1 of .* runs sweep already.*\n.*install/),
    })
    expect(read(box)).toBe('0 5 * * * /srv/sweep.sh\n')
  })

  test('writes a schedule as cron takes it', async () => {
    const box = withFile('')
    box.write('.guardianrc.yaml', 'jobs: {j: {command: ["true"], schedule: "@Daily"}}')
    await box.guard('crontab', 'add', 'j', '--file', 'tab', '--yes')
    expect(read(box)).toMatch(/^@daily .*guard run /m)
    expect(await box.guard('crontab', 'discover', '--file', 'tab')).toMatchObject({code: 0})
  })

  test('writes no line that cron would refuse', async () => {
    const box = withFile('')
    const settings = `${'d'.repeat(250)}/`.repeat(4)
    box.write(`${settings}s.yaml`, 'jobs: {j: {command: ["true"], schedule: "@Daily"}}')
    const ended = await box.guard('crontab', 'add', 'j', '--file', 'tab', '--yes', '--config', `${settings}s.yaml`)
    expect(ended).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/Debian's cron would not run the line of j: refused: its command has 1\d+ bytes/),
    })
    expect(read(box)).toBe('')
  })

  test.each([
    ['nightly_adit', 64, 'did you mean nightly_audit?'],
    ['by_hand', 78, 'by_hand has no schedule in the settings'],
    ['berlin', 78, 'berlin goes by the time of Europe/Berlin, and cron by that of UTC'],
    ['often', 78, 'often has the schedule "@every 90m", and crontab(5) has no @every'],
    ['fast', 78, 'fast has the schedule "*/10 * * * * *", and crontab(5) has no field for seconds'],
  ])('%s: ends with %i', async (job, code, message) => {
    const box = withFile('')
    box.write('.guardianrc.yaml', settings)
    const ended = await box.guard('crontab', 'add', job, '--file', 'tab', '--yes')
    expect(ended).toMatchObject({code, stderr: expect.stringContaining(message)})
    expect(read(box)).toBe('')
  })

  test('install --watchdog adds the lines of the watchdog and of the reset daemon', async () => {
    const box = withFile('0 5 * * * a\n')
    box.write(
      '.guardianrc.yaml',
      `${settings}openclaw: {command: ["false"], jobs: {coin: {id: 00000000-0000-4000-8000-000000000000}}}\n`,
    )
    await box.guard('crontab', 'install', '--watchdog', '--file', 'tab', '--yes')
    expect(read(box).match(/^\S+ \* .*guard (?:watchdog|reset-daemon) --config/gm)).toHaveLength(2)
    await box.guard('crontab', 'remove', '--file', 'tab', '--yes')
    expect(read(box)).toBe('0 5 * * * a\n')
  })
})

describe.skipIf(crontabObstacle !== undefined)(
  `beside Debian's crontab${crontabObstacle ? ` (${crontabObstacle})` : ''}`,
  () => {
    /** What Debian's crontab takes. */
    const good = lineCases
      .filter(
        ({line, state, said = '', hasUsers}) =>
          !hasUsers && !(state === 'wrong' && said !== 'never' && !/never due/.test(said)) && line !== '',
      )
      .map(({line}) => `${line}\n`)
      .join('')

    test('the crontab of the user is wrapped and put back byte for byte', async () => {
      const box = withFile(good)
      const {code, stdout, stderr} = await box.sh(
        withoutCrontabs(
          'crontab tab && guard crontab install --yes > diff && VISUAL=cat crontab -e > installed 2>&- < /dev/null; ' +
            'guard crontab install --yes && guard crontab remove --yes > undo && VISUAL=cat crontab -e 2>&- < /dev/null | cmp - tab && echo same',
        ),
      )
      expect({code, stdout, stderr}).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^nothing to do: .*\nsame\n$/),
        stderr: '',
      })
      expect(read(box, 'installed').match(/^# guard-was: /gm)?.length).toBeGreaterThan(20)
    })

    test('no crontab at all is one without lines', async () => {
      const box = createSandbox()
      const {code, stdout} = await box.sh(withoutCrontabs('guard crontab install'))
      expect({code, stdout}).toEqual({code: 0, stdout: expect.stringMatching(/^nothing to do/)})
    })

    test('files of /etc/cron.d are changed only with --all, keep their mode, and leave nothing beside them', async () => {
      const box = createSandbox()
      box.write('job', 'PATH=/usr/bin:/bin\n5 5 * * * root /opt/a.sh\n')
      const {stdout} = await box.sh(
        withoutCrontabs(
          'cp job /etc/cron.d/job && chmod 640 /etc/cron.d/job && guard crontab install; guard crontab install --all --yes > diff; ' +
            'stat -c %a /etc/cron.d/job; ls -A /etc/cron.d; cat /etc/cron.d/job; ' +
            'guard crontab remove --all --yes > undo; cmp /etc/cron.d/job job && echo same',
        ),
      )
      const [nothing, mode, name, , was, now, same] = stdout.split('\n')
      expect([nothing, mode, name, was, same]).toEqual([
        expect.stringMatching(/^nothing to do/),
        '640',
        'job',
        '# guard-was: 5 5 * * * root /opt/a.sh',
        'same',
      ])
      expect(now).toMatch(/^5 5 \* \* \* root .*guard run .*--job a -- \/opt\/a\.sh$/)
    })

    test('files that cron passes, and files that run-parts passes, are told', async () => {
      const box = createSandbox()
      const {code, stdout} = await box.sh(
        withoutCrontabs(
          'echo "5 5 * * * root a" | tee /etc/cron.d/a.bak /etc/cron.d/b > /dev/null; chmod 666 /etc/cron.d/b; ' +
            'touch /etc/cron.daily/backup.sh; guard crontab discover',
        ),
      )
      expect(code).toBe(0)
      expect(stdout).toContain("/etc/cron.d/a.bak\n      !  Debian's cron passes files of such a name\n")
      expect(stdout).toContain('/etc/cron.d/b\n      !  cron passes it, because others may write it\n')
      expect(stdout).toContain('backup.sh never runs: run-parts passes files of such a name')
    })

    test('a link in /etc/cron.d is left alone with its lines, and the files beside it are changed', async () => {
      const box = createSandbox()
      box.write('linked', '5 5 * * * root /opt/b.sh\n5 6 * * * root guard run c\n')
      box.write('.guardianrc.yaml', 'jobs: {b: {script: /opt/b.sh, schedule: "5 5 * * *"}}')
      const {stdout} = await box.sh(
        withoutCrontabs(
          `for name in a z; do echo "5 5 * * * root /opt/$name.sh" > /etc/cron.d/$name; done; ln -s ${box.dir}/linked /etc/cron.d/b; ` +
            'guard crontab discover > found; guard crontab add b 2>&1 --yes; ' +
            'guard crontab install --all --yes --json > installed; guard crontab install --all --yes; ' +
            'guard crontab install --file /etc/cron.d/b --yes 2>&1; guard crontab remove --all --yes; ' +
            'cat /etc/cron.d/a /etc/cron.d/z; readlink /etc/cron.d/b',
        ),
      )
      const reason = `it is a link to ${box.dir}/linked, and guard changes only plain files`
      expect(read(box, 'found')).toContain(`root  b  /opt/b.sh (${reason})\n`)
      expect(JSON.parse(read(box, 'installed'))).toMatchObject({
        left: [{title: '/etc/cron.d/b', reason}],
        changes: [{file: '/etc/cron.d/a', kept: []}, {file: '/etc/cron.d/z'}],
      })
      expect(stdout.split('\n').filter((line) => !/^(?:---|[-+] |$)|is written|then run without/.test(line))).toEqual([
        'guard: line 1 of /etc/cron.d/b runs b already, without guard',
        `  - put guard before it by hand: ${reason}`,
        `left alone  /etc/cron.d/b: ${reason}`,
        'nothing to do: no line is left that guard could run; guard crontab discover says why',
        `guard: /etc/cron.d/b cannot be changed: ${reason}`,
        `left alone  /etc/cron.d/b: ${reason}`,
        '5 5 * * * root /opt/a.sh',
        '5 5 * * * root /opt/z.sh',
        `${box.dir}/linked`,
      ])
      expect(read(box, 'linked')).toBe('5 5 * * * root /opt/b.sh\n5 6 * * * root guard run c\n')
    })

    test('what is not a file in /etc/cron.d is told, and not waited for', async () => {
      const box = createSandbox()
      const {stdout} = await box.sh(
        withoutCrontabs(
          'cd /etc/cron.d && mkfifo pipe && ln -s /nowhere gone && ln -s /dev/null null && ln -s /etc/crontab other && ' +
            'chown -h nobody other; timeout 30 guard crontab discover; echo "code $?"',
        ),
      )
      for (const [name, why] of [
        ['pipe', "cannot be read: it is a named pipe, at which Debian's cron waits and starts no job of any crontab"],
        ['gone', 'cron passes it, because it is a link to a file that is not there'],
        ['null', 'cron passes it, because it is not a plain file'],
        ['other', 'cron passes it, because the link does not belong to root'],
      ]) {
        expect(stdout).toContain(`/etc/cron.d/${name}\n      !  ${why}\n`)
      }
      expect(stdout).toMatch(/^code 1$/m)
    })

    test('what starts a job is a line without guard too, and what mends it does not run it twice', async () => {
      const box = withFile('0 5 * * * /srv/sweep.sh\n')
      const jobs = ['sweep', 'purge'].map((name) => `  ${name}: {script: /srv/${name}.sh, schedule: "0 5 * * *"}\n`)
      box.write('.guardianrc.yaml', `jobs:\n${jobs.join('')}`)
      const {stdout} = await box.sh(withoutCrontabs('crontab tab; guard why sweep; guard why purge'))
      expect(stdout).toContain("Line 1 of root's crontab")
      expect(stdout).toContain('runs it without guard (0 5 * * *), so no run is on record.')
      expect(stdout.match(/^Next +guard crontab \w+ \w+/gm)).toEqual([
        expect.stringMatching(/install sweep$/),
        expect.stringMatching(/add purge$/),
      ])
    })

    test('one refused line is told to cost its whole file', async () => {
      const box = createSandbox()
      const {stdout} = await box.sh(
        withoutCrontabs("printf '5 5 * * * root a\\n@Daily root b\\n' > /etc/cron.d/a; guard crontab discover"),
      )
      expect(stdout).toContain("!  because of line 2, Debian's cron ignores this whole file")
    })

    test("a file that Debian's cron runs is not told to be ignored", async () => {
      const box = createSandbox()
      box.write('tab', 'A"B=c\nA"=b\n0 5 * * * root guard run a\n# end')
      const {code, stdout} = await box.sh(
        withoutCrontabs('cp tab /etc/cron.d/a; guard crontab discover --file /etc/cron.d/a'),
      )
      expect(code).toBe(0)
      expect(stdout).toContain('1 line in 1 crontab: 1 wrapped, 0 can be wrapped, 0 left alone, 0 are wrong')
    })

    test('a command that is too long is told to cost its whole file', async () => {
      const box = createSandbox()
      box.write('long', `0 5 * * * root a\n0 6 * * * root ${'x'.repeat(999)}\n`)
      const {stdout} = await box.sh(withoutCrontabs('cp long /etc/cron.d/a; guard crontab discover; echo "code $?"'))
      expect(stdout).toContain('refused: its command has 999 bytes')
      expect(stdout).toContain("!  because of line 2, Debian's cron ignores this whole file")
      expect(stdout).toMatch(/^code 1$/m)
    })

    test('without a program crontab discover says so and goes on', async () => {
      const box = createSandbox()
      const {code, stdout} = await box.sh(
        withoutCrontabs('mount --bind /dev/null /usr/bin/crontab && guard crontab discover'),
      )
      expect({code, stdout}).toEqual({
        code: 1,
        stdout: expect.stringContaining('cannot be read: there is no program crontab: install cron'),
      })
      expect(stdout).toContain('/etc/crontab\n')
    })

    test('a crontab that this user may not read is named and skipped', async () => {
      const box = createSandbox()
      const asUser = asOrdinaryUser(
        box,
        'guard crontab discover > found; echo "code $?"; guard crontab install; guard doctor | grep secret',
      )
      const {stdout} = await box.sh(
        withoutCrontabs(
          `chmod 777 . && echo '5 5 * * * root a' > /etc/cron.d/secret && chmod 600 /etc/cron.d/secret && ${asUser}`,
        ),
      )
      const [code, installed, , ...doctor] = stdout.split('\n')
      expect(code).toBe('code 1')
      expect(read(box, 'found')).toContain('/etc/cron.d/secret\n      !  cannot be read: you may not read it\n')
      expect(installed).toBe('cannot be read  /etc/cron.d/secret: you may not read it')
      expect(doctor[0]).toContain('/etc/cron.d/secret cannot be read: you may not read it;')
    })
  },
)

test.skipIf(!isRoot)('a file that cannot be replaced is named, and stays as it is', async () => {
  const box = createSandbox()
  box.write('sealed/tab', '0 5 * * * a\n')
  const sealed = box.path('sealed')
  execFileSync('mount', ['--bind', sealed, sealed])
  onTestFinished(() => void execFileSync('umount', ['-l', sealed]))
  execFileSync('mount', ['-o', 'remount,bind,ro', sealed])
  const {code, stderr} = await box.guard('crontab', 'install', '--file', 'sealed/tab', '--yes')
  expect({code, stderr}).toEqual({
    code: 74,
    stderr: `guard: ${sealed}/tab cannot be written (EROFS), so it stays as it is\n`,
  })
})

test.skipIf(crontabObstacle)('of several crontabs those that can be written are, and the others are told', async () => {
  const box = createSandbox()
  const tabs = ['a', 'b', 'c'].map((name) => `echo '0 5 * * * root /opt/${name}.sh' > /etc/cron.d/${name}`).join(' && ')
  // Nothing can be moved over a place where something is mounted.
  const {stdout} = await box.sh(
    withoutCrontabs(
      `${tabs} && mount --bind /etc/cron.d/b /etc/cron.d/b && cp /etc/cron.d/b b && ` +
        'guard crontab install --all --yes --json > installed; echo $?; cmp b /etc/cron.d/b && ls -A /etc/cron.d; ' +
        'guard crontab install --all --yes 2>&1 >/dev/null; umount /etc/cron.d/b; ' +
        'guard crontab install --all --yes > /dev/null; echo $?; grep -lw "guard run" /etc/cron.d/*',
    ),
  )
  const report = JSON.parse(read(box, 'installed'))
  expect(report).toMatchObject({
    error: {kind: 'io', message: '/etc/cron.d/b cannot be written (EBUSY), so it stays as it is'},
    changes: [
      {file: '/etc/cron.d/a', backup: expect.stringContaining('-a-')},
      {file: '/etc/cron.d/c', backup: expect.stringContaining('-c-')},
    ],
    failed: [{file: '/etc/cron.d/b', backup: null, error: {kind: 'io'}, lines: [{job: 'b'}]}],
  })
  expect(stdout.split('\n')).toEqual([
    ...['74', 'a', 'b', 'c'],
    'guard: /etc/cron.d/b cannot be written (EBUSY), so it stays as it is',
    ...['0', '/etc/cron.d/a', '/etc/cron.d/b', '/etc/cron.d/c', ''],
  ])
})

test('a file of a crontab keeps its mode', async () => {
  const box = withFile('0 5 * * * a\n')
  await box.sh('chmod 640 tab && guard crontab install --file tab --yes')
  expect(statSync(box.path('tab')).mode & 0o777).toBe(0o640)
})
