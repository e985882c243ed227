import {appendFileSync, chmodSync, existsSync, readFileSync, statSync, utimesSync} from 'node:fs'
import {userInfo} from 'node:os'
import {describe, expect, test} from 'vitest'
import type {Finding} from '../../src/domain/diagnose/finding.js'
import {
  type CronMachine,
  noCronMachine,
  onCronMachine,
  onCronMachineInTerminal,
  rightVariables,
  startCronThere,
} from '../support/cron-machine.js'
import {createSandbox, type Ended, form, type Sandbox} from '../support/sandbox.js'
import {hasSupervisord} from '../support/supervisord.js'

type Found = Pick<Finding, 'check' | 'level' | 'what' | 'proof' | 'fixable'> & {readonly mend: string | null}

function findingsOf({stdout, stderr}: Ended): readonly Found[] {
  expect(stderr).toBe('')
  return (JSON.parse(stdout) as {findings: Found[]}).findings
}

/** What is not well. */
const complaintsOf = (ended: Ended) => findingsOf(ended).filter(({level}) => level !== 'well')

/** A job that cron starts, a watchdog that has just made its round, a cron that runs. */
async function wellMachine(box: Sandbox, settings = ''): Promise<CronMachine> {
  box.write('backup.sh', '#!/bin/sh\necho saved\n', 0o755)
  box.write('.guardianrc.yaml', `jobs:\n  backup: {script: backup.sh, schedule: "0 5 * * *", timeout: 5m}\n${settings}`)
  await box.guard('watchdog')
  const lines = `0 5 * * * cd ${box.dir} && guard run backup\n0 6 * * * cd ${box.dir} && guard watchdog\n`
  return {crontab: rightVariables(box) + lines, before: [startCronThere]}
}

const title = (rule: string) => `${rule}${noCronMachine === undefined ? '' : ` (${noCronMachine})`}`

describe.skipIf(noCronMachine !== undefined)(title('on a machine with its own crontabs'), () => {
  test('where all is well, doctor says so in one paragraph and exits with 0', async () => {
    const box = createSandbox()
    const ended = await onCronMachine(box, 'guard doctor', await wellMachine(box))
    expect(ended).toMatchObject({code: 0, stderr: ''})
    const [well, last, ...rest] = ended.stdout.trimEnd().split('\n')
    expect(well).toMatch(
      /^\. guard \S+( and Node \S+)? under cron, settings \(1 job\), rights, cron, crontab \(2 under guard\), mail/,
    )
    expect([last, rest]).toEqual(['0 to mend, 0 to look at. exit 0; --json has all', []])
  })

  test('a PATH without guard is found by starting it as cron does, with the lines that need it', async () => {
    const box = createSandbox()
    const {crontab = '', before} = await wellMachine(box)
    const ended = await onCronMachine(box, 'guard doctor --json', {crontab: crontab.replace(/^PATH=.*\n/, ''), before})
    expect(ended.code).toBe(2)
    const [first] = complaintsOf(ended)
    expect(first).toMatchObject({check: 'guard', level: 'wrong', what: 'PATH in cron has no guard', mend: 'crontab -e'})
    expect(first?.proof).toMatch(
      /^cron's PATH is \/usr\/bin:\/bin, guard is \/\S+\/guard \(crontab -l, line 3 and 1 more\)$/,
    )
  })

  test('guard is started in the home and with the variables that cron gives, and no others', async () => {
    const box = createSandbox()
    const {before} = await wellMachine(box)
    const spy = box.write('spy/guard', `#!/bin/sh\n{ pwd; env; } > ${box.path('seen')}\nexit 9\n`, 0o755)
    const crontab = `MAILTO=""\nSHELL=/bin/sh\nROWS=1\n0 5 * * * ROW=2 ${spy} run backup\n`
    const ended = await onCronMachine(box, 'guard doctor --json', {crontab, before})
    expect(complaintsOf(ended)[0]).toMatchObject({
      what: 'guard does not start under cron',
      proof: expect.stringMatching(/^ROW=2 .*: it ended with 9/),
    })
    const [folder, ...variables] = readFileSync(box.path('seen'), 'utf8').trim().split('\n')
    const {homedir} = userInfo()
    expect(folder).toBe(homedir)
    const names = [
      `HOME=${homedir}`,
      'LOGNAME=root',
      'MAILTO=',
      'PATH=/usr/bin:/bin',
      `PWD=${homedir}`,
      'ROW=2',
      'ROWS=1',
      'SHELL=/bin/sh',
    ]
    expect(variables.filter((line) => !/^(_|OLDPWD|SHLVL)=/.test(line)).sort()).toEqual(names)
  })

  test('without a line that starts guard, doctor says what would be missing', async () => {
    const box = createSandbox()
    const ended = await onCronMachine(box, 'guard doctor --json')
    expect(complaintsOf(ended)).toMatchObject([
      {what: 'PATH in cron has no guard', mend: expect.stringMatching(/^sudo ln -s \/\S+ \/usr\/bin\/guard$/)},
    ])
    const some = await onCronMachine(box, 'guard doctor --json', {
      crontab: '0 5 * * * /opt/backup.sh\n',
      before: [startCronThere],
    })
    expect(complaintsOf(some)).toMatchObject([
      {what: 'PATH in cron has no guard', mend: 'guard crontab install'},
      {what: '1 crontab line is not wrapped', proof: 'crontab -l, line 1', mend: 'guard crontab discover'},
    ])
  })

  test('a PATH without Node is told as such, unless guard needs none', async () => {
    const box = createSandbox()
    const {crontab = '', before} = await wellMachine(box)
    const path = `PATH=${box.path('bin')}\n`
    const ended = await onCronMachine(box, 'guard doctor --json', {
      crontab: crontab.replace(/^PATH=.*\n/, path),
      before,
    })
    const told = complaintsOf(ended).filter(({what}) => what === 'PATH in cron has no node')
    expect(told).toMatchObject(form === 'node' ? [{level: 'wrong', mend: 'crontab -e'}] : [])
  })

  test('a stale lock is found; --fix moves it, and locks restore brings it back', async () => {
    const box = createSandbox()
    const step = '{do: clear-locks, files: "run/*.lock"}'
    const machine = await wellMachine(box, `  feed: {command: ["true"], timeout: 5m, recovery: [${step}]}\n`)
    const lock = box.write('run/feed.lock', '')
    utimesSync(lock, 1e9, 1e9)
    const found = await onCronMachine(box, 'guard doctor --json', machine)
    expect(found.code).toBe(1)
    expect(complaintsOf(found)).toMatchObject([
      {check: 'locks', what: `${lock} is a stale lock`, mend: 'guard locks clear', fixable: true},
    ])

    const fixed = await onCronMachine(box, 'guard doctor --fix', machine)
    expect(fixed).toMatchObject({code: 0, stderr: ''})
    expect(fixed.stdout).toMatch(
      /^fixed: \S+feed\.lock moved into the quarantine; to undo it: guard locks restore \S+$/m,
    )
    expect(existsSync(lock)).toBe(false)

    await box.guard('locks', 'restore')
    expect(existsSync(lock)).toBe(true)
    expect((await onCronMachine(box, 'guard doctor', machine)).code).toBe(1)
  })

  test('a full disk is wrong, and every other thing is looked at all the same', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const full = [
      'mkdir full',
      'mount -t tmpfs -o size=64k,mode=700 none full',
      'head -c 1M /dev/zero > full/rows 2>/dev/null || true',
    ]
    const ended = await onCronMachine(box, 'guard doctor --state-dir full --json', {
      ...machine,
      before: [...full, startCronThere],
    })
    expect(ended.code).toBe(2)
    expect(complaintsOf(ended)[0]).toMatchObject({
      check: 'disk',
      level: 'wrong',
      what: 'Disk of the state directory has 0 % free',
    })
    expect(findingsOf(ended).map(({check}) => check)).toEqual(
      expect.arrayContaining(['guard', 'settings', 'rights', 'crontab', 'journals']),
    )
  })

  test('a file with a dot in its name in cron.daily is never run, and the command renames it', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const files = [
      'echo "#!/bin/sh" > /etc/cron.daily/backup.sh',
      'chmod +x /etc/cron.daily/backup.sh',
      'touch /etc/cron.daily/old.dpkg-old',
    ]
    const ended = await onCronMachine(box, 'guard doctor --json', {...machine, before: [...files, startCronThere]})
    expect(ended.code).toBe(1)
    expect(complaintsOf(ended)).toMatchObject([
      {
        what: '/etc/cron.daily/backup.sh is never run',
        proof: 'run-parts skips names with a dot',
        mend: 'sudo mv /etc/cron.daily/backup.sh /etc/cron.daily/backup',
      },
    ])
  })

  test('a link that leads nowhere and a folder in cron.daily are not made executable or renamed', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const files = [
      'ln -s /srv/gone /etc/cron.daily/link',
      'mkdir /etc/cron.daily/jobs.d',
      "touch '/etc/cron.daily/a b'",
    ]
    const ended = await onCronMachine(box, 'guard doctor --json', {...machine, before: [...files, startCronThere]})
    expect(complaintsOf(ended)).toMatchObject([
      {what: '/etc/cron.daily/a b is never run', mend: "sudo mv '/etc/cron.daily/a b' /etc/cron.daily/a-b"},
      {proof: 'run-parts runs no folders', mend: 'ls -l /etc/cron.daily/jobs.d'},
      {proof: 'it is a link that leads nowhere', mend: 'sudo rm /etc/cron.daily/link', note: 'or correct the link'},
    ])
  })

  test('the commands of doctor quote the paths that need it', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const state = box.path('my state')
    const ended = await onCronMachine(box, `guard doctor --state-dir '${state}' --json`, {
      ...machine,
      before: [`mkdir -m 777 '${state}'`, startCronThere],
    })
    expect(complaintsOf(ended)[0]).toMatchObject({check: 'rights', mend: `chmod go-w '${state}'`, fixable: true})
  })

  test('a cron that does not run, a line that is never due and a job that nothing starts are told', async () => {
    const box = createSandbox()
    const {crontab = ''} = await wellMachine(box, '  feed: {command: ["true"], schedule: "1 * * * *", timeout: 5m}\n')
    const ended = await onCronMachine(box, 'guard doctor --json', {crontab: `${crontab}0 0 30 2 * /opt/never.sh\n`})
    expect(ended.code).toBe(2)
    expect(complaintsOf(ended)).toMatchObject([
      {what: 'cron is not running', level: 'wrong'},
      {
        what: 'crontab -l, line 6 is wrong',
        level: 'wrong',
        proof: expect.stringMatching(/^0 0 30 2 \* \/opt\/never\.sh: never due/),
      },
      {what: '1 job is in no crontab and never ran', proof: 'feed', mend: 'guard crontab add feed'},
    ])
  })

  test('a line is that of the job whose script it calls, and not of one whose script ends its name', async () => {
    const box = createSandbox()
    const jobs = ['a', 'data'].map((job) => `  ${job}: {script: ${job}.sh, schedule: "0 1 * * *", timeout: 5m}\n`)
    const machine = await wellMachine(box, jobs.join(''))
    for (const script of ['a.sh', 'data.sh']) box.write(script, '#!/bin/sh\n', 0o755)
    const crontab = `${machine.crontab}0 5 * * * cd ${box.dir} && guard run data.sh\n`
    const ended = await onCronMachine(box, 'guard doctor --json', {...machine, crontab})
    expect(complaintsOf(ended)).toMatchObject([
      {what: 'data has two schedules', proof: expect.stringMatching(/^0 5 \* \* \* in crontab -l, line 6, 0 1/)},
      {what: '1 job is in no crontab and never ran', proof: 'a', mend: 'guard crontab add a'},
    ])
  })

  test('lines of which guard runs nothing are wrong one by one, and what a shell changes is not judged', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const plain = box.write('plain', '')
    const lines = [
      'guard run bakcup',
      'guard run --timeout soon backup',
      'guard run --job feed -- /srv/feed/nowhere --all >> /dev/null 2>&1',
      `guard run --job plain -- "${plain}"`,
      'guard run "$JOB"',
      'guard run $JOB',
      'guard run bakc?p',
      '[ -e /srv ] && guard run bakcup',
      'guard run --job sums -- sh -c "exit 3"',
      'guard run backup',
    ].map((line) => `0 5 * * * cd ${box.dir} && ${line}\n`)
    const crontab = machine.crontab + lines.join('')
    const ended = await onCronMachine(box, 'guard doctor --json', {...machine, crontab})
    const [typo, flag, missing, notExecutable, ...more] = complaintsOf(ended)
    expect(typo).toMatchObject({
      what: 'crontab -l, line 6 runs nothing',
      level: 'wrong',
      proof: expect.stringMatching(/guard run bakcup: bakcup: no such job or file$/),
      mend: 'crontab -e',
      note: 'did you mean backup?',
    })
    expect(flag).toMatchObject({
      what: 'crontab -l, line 7 runs nothing',
      proof: expect.stringMatching(/: --timeout: "soon" is not a duration$/),
    })
    expect(missing).toMatchObject({
      what: 'crontab -l, line 8 runs nothing',
      proof: expect.stringMatching(/: \/srv\/feed\/nowhere is not there$/),
    })
    expect(notExecutable).toMatchObject({mend: `chmod +x ${plain}`})
    expect(more).toEqual([])

    const one = await onCronMachine(box, 'guard doctor --job backup --json', {...machine, crontab})
    expect(complaintsOf(one)).toMatchObject([{what: 'crontab -l, line 7 runs nothing'}])
  })

  test('a line of which guard runs nothing is found behind more than a hundred that run the same', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const times = Array.from({length: 150}, (_, index) => `${index % 60} ${Math.floor(index / 60)} * * *`)
    const lines = times.map((time) => `${time} cd ${box.dir} && guard run backup\n`).join('')
    const crontab = `${machine.crontab}${lines}0 5 * * * cd ${box.dir} && guard run bakcup\n`
    const ended = await onCronMachine(box, 'guard doctor --json', {...machine, crontab})
    const nothing = complaintsOf(ended).filter(({check}: {check: string}) => check === 'crontab')
    expect(nothing).toMatchObject([{what: 'crontab -l, line 156 runs nothing'}])
  })

  test('beside a scheduler that runs, no line of a crontab is asked for', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box, '  feed: {command: ["true"], schedule: "0 0 1 1 *", timeout: 5m}\n')
    const {crontab = ''} = machine
    const watchdog = crontab.replace(/^.*guard run backup\n/m, '')
    const line =
      'guard scheduler start > /dev/null; code=0; guard doctor --json || code=$?; guard scheduler stop > /dev/null; exit $code'
    const ended = await onCronMachine(box, line, {...machine, crontab: watchdog})
    expect(complaintsOf(ended)).toEqual([])
    expect(ended.code).toBe(0)
    const both = await onCronMachine(box, line.replace('doctor', 'doctor --job backup'), machine)
    expect(complaintsOf(both)).toMatchObject([
      {check: 'scheduler', level: 'wrong', what: 'backup is started by cron and by the scheduler'},
    ])
  })

  test('without a program crontab doctor says so and goes on', async () => {
    const box = createSandbox()
    const ended = await onCronMachine(box, 'guard doctor --json', {
      before: ['mount --bind /dev/null /usr/bin/crontab'],
    })
    expect(complaintsOf(ended)).toMatchObject([
      {check: 'guard', level: 'wrong'},
      {level: 'look', proof: expect.stringMatching(/^there is no program crontab/), mend: 'sudo apt install cron'},
    ])
  })

  test('a watchdog that nothing starts is wrong, and so is one that is late', async () => {
    const box = createSandbox()
    const {crontab = '', before} = await wellMachine(box, 'watchdog: {lateAfter: 1ms}\n')
    const late = await onCronMachine(box, 'guard doctor --json', {crontab, before})
    expect(complaintsOf(late)).toMatchObject([{what: 'Watchdog is late', level: 'wrong', mend: 'guard watchdog'}])
    const alone = crontab.replace(/^.*guard watchdog\n/m, '')
    const none = await onCronMachine(box, 'guard doctor --json', {crontab: alone, before})
    expect(complaintsOf(none)).toMatchObject([
      {what: 'Watchdog is not scheduled', mend: 'guard crontab install --watchdog'},
    ])
  })

  test('wrong settings are wrong one by one, each with its key', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box, '  feed: {command: ["true"], timeout: soon}\n  scan: {scrpt: scan.py}\n')
    const ended = await onCronMachine(box, 'guard doctor --json', machine)
    const wrong = complaintsOf(ended).filter(({check}) => check === 'settings')
    expect(wrong).toMatchObject([
      {level: 'wrong', what: 'jobs.feed.timeout is wrong', mend: 'guard config check'},
      {level: 'wrong', what: 'jobs.scan.scrpt is wrong', proof: expect.stringMatching(/^is an unknown key/)},
    ])
  })

  test.skipIf(!hasSupervisord)('a supervisord that refuses is told with what it says', async () => {
    const box = createSandbox()
    const conf = `[supervisorctl]\nserverurl=unix://${box.path('no.sock')}\n`
    box.write('s.conf', conf)
    const machine = await wellMachine(
      box,
      'services: {scanner: {manager: supervisor, program: scanner, config: s.conf}}\n',
    )
    const ended = await onCronMachine(box, 'guard doctor --json', machine)
    expect(complaintsOf(ended)).toMatchObject([
      {
        check: 'services',
        level: 'wrong',
        what: 'supervisor does not answer for scanner',
        proof: expect.stringContaining('no.sock'),
      },
    ])
  })

  test('a channel that does not deliver alerts is wrong, with what it says', async () => {
    const box = createSandbox()
    const job = '  bad: {command: ["false"], timeout: 5m, recovery: [{do: alert, level: CRITICAL, message: broken}]}'
    const channel = 'channels: {ops: {type: command, command: ["false"]}}'
    const routes = 'alerting: {groupWait: 0s, routes: [{level: CRITICAL, to: [ops]}]}'
    const machine = await wellMachine(box, `${job}\n${channel}\n${routes}\n`)
    await box.guard('run', '--no-alert', 'bad')
    await box.guard('alerts', 'deliver')
    const ended = await onCronMachine(box, 'guard doctor --json', machine)
    expect(complaintsOf(ended)).toMatchObject([
      {
        what: 'Channel ops does not deliver alerts',
        level: 'wrong',
        proof: expect.stringMatching(/^false ended with exit code 1; \d+ messages? waits?$/),
        mend: 'guard alerts test ops',
      },
    ])
  })

  test('--fix takes the right to write from others, removes expired logs, and says both', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    await box.guard('run', 'backup')
    const journal = `${box.stateDir}/runs.jsonl`
    chmodSync(journal, 0o666)
    const log = box.write('state/logs/guardian_old_output.log.1', 'rows\n', 0o600)
    utimesSync(log, 1e9, 1e9)
    const found = await onCronMachine(box, 'guard doctor --json', machine)
    expect(complaintsOf(found)).toMatchObject([{what: '1 file of guard can be written by others', fixable: true}])
    const {stdout, code} = await onCronMachine(box, 'guard doctor --fix', machine)
    expect(code).toBe(0)
    expect(stdout).toContain(`fixed: ${journal} can no longer be written by others; to undo it: chmod 666 ${journal}\n`)
    expect(stdout).toContain('fixed: 1 expired log removed (1 KiB)')
    expect([statSync(journal).mode & 0o777, existsSync(log)]).toEqual([0o644, false])
  })

  test('a state directory that others may write is wrong, and --fix closes it', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    chmodSync(box.stateDir, 0o770)
    const found = await onCronMachine(box, 'guard doctor --json', machine)
    expect(complaintsOf(found)).toMatchObject([
      {check: 'rights', level: 'wrong', mend: `chmod go-w ${box.stateDir}`, fixable: true},
    ])
    expect((await onCronMachine(box, 'guard doctor --fix', machine)).code).toBe(0)
    expect(statSync(box.stateDir).mode & 0o777).toBe(0o750)
  })

  test('what cannot be looked at for one cause is one finding', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    const ended = await onCronMachine(box, `guard doctor --state-dir ${box.path('backup.sh')} --json`, machine)
    expect(ended.code).toBe(2)
    expect(complaintsOf(ended)).toMatchObject([
      {check: 'rights', level: 'wrong', proof: expect.stringMatching(/is not a directory$/)},
      {
        check: 'doctor',
        level: 'look',
        what: 'watchdog, scheduler, schedules, locks, alerts, journals: cannot be checked',
      },
    ])
  })

  test('a job whose zone is not that of cron is told with both', async () => {
    const box = createSandbox()
    const job = 'command: ["true"], schedule: "0 7 * * *", timezone: Pacific/Kiritimati, timeout: 5m'
    const {crontab, before} = await wellMachine(box, `  rows: {${job}}\n`)
    const line = `0 7 * * * cd ${box.dir} && guard run rows\n`
    const ended = await onCronMachine(box, 'guard doctor --json', {crontab: `${crontab}${line}`, before})
    expect(complaintsOf(ended)).toMatchObject([
      {
        what: 'rows is started by another time zone',
        proof: expect.stringContaining('by Pacific/Kiritimati in the settings'),
      },
    ])
  })

  test('lines that are not JSON are told with their journal, and guard looks at other places under cron', async () => {
    const box = createSandbox()
    const machine = await wellMachine(box)
    await box.guard('run', 'backup')
    appendFileSync(`${box.stateDir}/runs.jsonl`, 'not\na\nsingle\nrecord\n')
    const ended = await onCronMachine(box, 'guard doctor --json', {
      ...machine,
      env: {GUARD_CONFIG: box.path('.guardianrc.yaml')},
    })
    expect(complaintsOf(ended)).toMatchObject([
      {what: 'GUARD_CONFIG differs under cron', level: 'look', mend: 'crontab -e'},
      {check: 'journals', proof: expect.stringContaining('4 lines of runs.jsonl are not JSON')},
    ])
  })

  test('on a terminal nothing is wider than 80 columns, and each complaint has its command below', async () => {
    const box = createSandbox()
    const {crontab = ''} = await wellMachine(box)
    const {stdout, code} = await onCronMachineInTerminal(box, 'guard doctor --utc', {
      crontab: crontab.replace(/^PATH=.*\n/, ''),
      env: {LANG: 'C.UTF-8', NO_COLOR: '1'},
    })
    expect(code).toBe(2)
    const lines = stdout.split('\n')
    expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(80)
    expect(lines[0]).toMatch(/^guard doctor on \S+ +\w{3} \d+ \w{3} \d\d:\d\d:\d\d UTC$/)
    expect(stdout).toMatch(/^✗ PATH in cron has no guard\n {4}cron's PATH is \/usr\/bin:\/bin, guard is\s/m)
    expect(stdout).toMatch(/^ {4}Mend: crontab -e/m)
    expect(stdout).toMatch(/^✓ settings \(1 job\), rights/m)
    expect(stdout).toMatch(/\n\n2 to mend, 0 to look at\. exit 2; --json has all\n$/)
    const ascii = await onCronMachineInTerminal(box, 'guard doctor', {crontab, env: {LANG: 'C', NO_COLOR: '1'}})
    expect(ascii.stdout).toMatch(/^X cron is not running\n/m)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole range of ASCII
    expect(ascii.stdout).toMatch(/^[\x00-\x7f]*$/)
  })

  test('of one job its script, services, schedule, lease and outputs are looked at, and nothing else', async () => {
    const box = createSandbox()
    const job = 'schedule: "0 7 * * *", timeout: 5m, outputs: [{files: "data/*.csv"}]'
    const machine = await wellMachine(box, `  scan: {script: scan.py, ${job}}\n`)
    const crontab = `${machine.crontab}0 5 * * * cd ${box.dir} && guard run scan\n`
    box.write('scan.py', '#!/usr/bin/env no-such-python\n', 0o755)
    const ended = await onCronMachine(box, 'guard doctor --job scan --json', {...machine, crontab})
    expect(complaintsOf(ended)).toMatchObject([
      {check: 'script', level: 'wrong', what: 'PATH in cron has no no-such-python'},
      {
        check: 'schedules',
        level: 'look',
        what: 'scan has two schedules',
        proof: expect.stringMatching(/^0 5 \* \* \* in crontab -l, line 6, 0 7/),
      },
      {check: 'outputs', level: 'look', what: `${box.path('data')} is not there`, mend: `mkdir -p ${box.path('data')}`},
    ])
    const backup = await onCronMachine(box, 'guard doctor --job backup --json', {...machine, crontab})
    expect(backup.code).toBe(0)
    const checks = findingsOf(backup).map(({check}) => check)
    expect(checks).toEqual([
      'guard',
      'settings',
      'script',
      'rights',
      'schedules',
      'time-zone',
      'lease',
      'locks',
      'disk',
    ])
  })
})

test('a job that nobody knows is wrong usage', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: {backup: {command: ["true"]}}\n')
  const ended = await box.guard('doctor', '--job', 'bakup')
  expect(ended.code).toBe(64)
  expect(ended.stderr).toContain('did you mean backup?')
})
