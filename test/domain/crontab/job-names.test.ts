import {expect, test} from 'vitest'
import {fileOfCommand, uniqueNames} from '../../../src/domain/crontab/job-names.js'
import {shellShape} from '../../../src/domain/crontab/shell-shape.js'

const fileOf = (command: string) => fileOfCommand(shellShape(command), command)

test.each([
  ['/opt/scan/scan.sh --all', 'scan'],
  ['FOO=1 python3 -u /opt/report.py', 'report'],
  ['cd /opt/r && ./rotate.sh', 'rotate'],
  ['flock -n /run/l /opt/a.sh', 'a'],
  ['timeout -k 5 5m nice -n 10 bash /opt/b.sh', 'b'],
  ['env A=1 B=2 /opt/c.sh', 'c'],
  ['[ -z "$A" ] || echo \\"; /opt/i.sh "b"', 'i'],
  ['sudo -u www-data php /srv/d.php', 'd'],
  ['a; b | c', 'a'],
  ['test -x /x && /x', 'x'],
  ['. /etc/profile; backup', 'backup'],
  ["test -x /usr/bin/certbot && perl -e 'sleep int(rand(9))' && certbot -q renew", 'certbot'],
  ['if [ -x /opt/e ]; then /opt/e.sh; fi', 'e'],
  ['echo hello', 'echo'],
  ['"/opt/my programs/f.sh"', 'f'],
])('the job of %s is %s', (command, name) => {
  expect(fileOf(command)?.name).toBe(name)
})

test('a job may be started through thousands of programs', () => {
  expect(fileOf(`${'timeout 5m '.repeat(20_000)}/opt/a.sh`)?.name).toBe('a')
  expect(fileOf(`${'busybox '.repeat(20_000)}sh /opt/b.sh`)?.name).toBe('b')
})

test('code on the command line has no name', () => {
  expect(fileOf("python3 -c 'print(1)'")).toBeUndefined()
})

test.each([
  ['cd /opt/r && ./rotate.sh', {file: './rotate.sh', folder: '/opt/r'}],
  ["cd '/opt/my r' && a=1 sh rotate.sh", {file: 'rotate.sh', folder: '/opt/my r'}],
  ['cd /opt; cd r && ./rotate.sh > l; b', {file: './rotate.sh', folder: '/opt/r'}],
  ['/opt/a.sh | gzip', {file: '/opt/a.sh', folder: undefined}],
])('the file of %s is seen from its folder', (command, file) => {
  expect(fileOf(command)).toMatchObject(file)
})

test('jobs with the same script get numbers, beside those that are there', () => {
  const unique = uniqueNames(['a'], (name) => name === 'a-3' || name === 'c')
  expect(['a', 'a', 'b', 'c'].map(unique)).toEqual(['a-2', 'a-4', 'b', 'c-2'])
})
