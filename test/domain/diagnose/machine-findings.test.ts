import {describe, expect, test} from 'vitest'
import {neverRun} from '../../../src/domain/crontab/periodic-file.js'
import {
  judgeClock,
  judgeFileSystem,
  judgePeriodic,
  judgeStateDisk,
  passedFile,
} from '../../../src/domain/diagnose/machine-findings.js'

const gib = 1024 ** 3
const disk = {path: '/srv/state', freeBytes: 14 * gib, totalBytes: 28 * gib, freeFiles: 90, totalFiles: 100}
const nothing = {files: 0, bytes: 0}

describe('judgeStateDisk', () => {
  test('enough space is well', () => {
    expect(judgeStateDisk(disk, nothing)).toMatchObject({level: 'well', what: 'disk (50 % free)'})
  })

  test('little space needs a look, and --fix says what it would remove', () => {
    const short = {...disk, freeBytes: 1.12 * gib}
    expect(judgeStateDisk(short, {files: 3, bytes: 830 * 1024 ** 2})).toMatchObject({
      level: 'look',
      what: 'Disk of the state directory has 4 % free',
      proof: '1.1 GiB of 28 GiB free (4 %), 90 % of its inodes at /srv/state',
      mend: 'guard doctor --fix',
      note: 'removes 830.0 MiB of expired logs',
      fixable: true,
    })
  })

  test('a full disk without expired logs is wrong, and --fix does not help', () => {
    const full = judgeStateDisk({...disk, freeBytes: 0}, nothing)
    expect(full).toMatchObject({level: 'wrong', mend: 'du -xh /srv/state | sort -h | tail', fixable: false})
  })

  test('where inodes are short, they are named', () => {
    const found = judgeStateDisk({...disk, freeFiles: 1}, nothing)
    expect(found).toMatchObject({level: 'look', what: 'Disk of the state directory has 1 % of its inodes free'})
  })
})

test('a file system where the appends of two machines overwrite each other is wrong', () => {
  expect(judgeFileSystem({dir: '/srv', type: 'nfs4', shared: 'NFS'})).toMatchObject({
    level: 'wrong',
    what: 'State directory is on NFS',
  })
  expect(judgeFileSystem({dir: '/srv', type: 'ext4', shared: undefined})).toMatchObject({
    what: 'file system (ext4: safe)',
  })
})

describe('judgeClock', () => {
  const answer = {show: undefined, reason: '', status: undefined}

  test('a synchronized clock is well, with its offset where that is known', () => {
    const show = 'NTPSynchronized=yes\nNTP=yes\n'
    const status = '       Server: 10.0.0.1\n       Offset: +3.214ms\n'
    expect(judgeClock({...answer, show, status})).toMatchObject({level: 'well', what: 'clock (NTP, 3.214ms)'})
    expect(judgeClock({...answer, show})).toMatchObject({level: 'well', what: 'clock (NTP, offset unknown)'})
  })

  test('a clock that nobody sets needs a look', () => {
    expect(judgeClock({...answer, show: 'NTPSynchronized=no\nNTP=no\n'})).toMatchObject({
      level: 'look',
      mend: 'sudo timedatectl set-ntp true',
    })
    expect(judgeClock({...answer, show: 'NTPSynchronized=no\nNTP=yes\n'})).toMatchObject({
      level: 'look',
      mend: 'timedatectl timesync-status',
    })
  })

  test('a clock that nobody knows is said, and no complaint', () => {
    expect(judgeClock({...answer, reason: 'not on this machine'})).toMatchObject({
      level: 'well',
      what: 'clock (offset unknown)',
      proof: 'timedatectl: not on this machine',
    })
  })
})

describe('a file that run-parts passes', () => {
  const passed = (name: string, never: string, there: readonly string[] = []) =>
    judgePeriodic(passedFile('/etc/cron.daily', {name, never}, (path) => there.includes(path)))

  test('is renamed by the command, unless a file of that name is there', () => {
    const mend = (there: readonly string[]) => passed('backup.sh', 'its name', there)[0]?.mend
    expect(mend([])).toBe('sudo mv /etc/cron.daily/backup.sh /etc/cron.daily/backup')
    expect(mend(['/etc/cron.daily/backup'])).toBe('ls -l /etc/cron.daily/backup.sh')
  })

  test('gets its right to be executed', () => {
    expect(passed('backup', neverRun.mode)).toMatchObject([{mend: 'sudo chmod +x /etc/cron.daily/backup'}])
  })

  test('is removed or corrected if it is a link that leads nowhere', () => {
    expect(passed('backup.sh', neverRun.link)).toMatchObject([
      {proof: neverRun.link, mend: 'sudo rm /etc/cron.daily/backup.sh', note: 'or correct the link'},
    ])
  })

  test('is not renamed if it is a folder, which never runs', () => {
    expect(passed('jobs.d', neverRun.folder)).toMatchObject([
      {proof: neverRun.folder, mend: 'ls -l /etc/cron.daily/jobs.d'},
    ])
  })

  test('is quoted in the command', () => {
    expect(passed("it's new.sh", 'its name')).toMatchObject([
      {mend: "sudo mv '/etc/cron.daily/it'\\''s new.sh' /etc/cron.daily/it-s-new"},
    ])
  })

  test.each(['x.dpkg-old', 'x.bak', 'x~', 'x.disabled'])('%s was left there on purpose', (name) => {
    expect(passed(name, 'its name')).toMatchObject([{level: 'well'}])
  })
})
