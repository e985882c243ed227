import {expect, test} from 'vitest'
import {jobNameOfCommand, uniqueNames} from '../../../src/domain/crontab/job-names.js'
import {shellShape} from '../../../src/domain/crontab/shell-shape.js'

test.each([
  ['/opt/scan/scan.sh --all', 'scan'],
  ['FOO=1 python3 -u /opt/report.py', 'report'],
  ['cd /opt/r && ./rotate.sh', 'rotate'],
  ['flock -n /run/l /opt/a.sh', 'a'],
  ['timeout -k 5 5m nice -n 10 bash /opt/b.sh', 'b'],
  ['env A=1 B=2 /opt/c.sh', 'c'],
  ['sudo -u www-data php /srv/d.php', 'd'],
  ['a; b | c', 'a'],
  ['test -x /x && /x', 'x'],
  ['. /etc/profile; backup', 'backup'],
  ["test -x /usr/bin/certbot && perl -e 'sleep int(rand(9))' && certbot -q renew", 'certbot'],
  ['if [ -x /opt/e ]; then /opt/e.sh; fi', 'e'],
  ['echo hello', 'echo'],
  ['"/opt/my programs/f.sh"', 'f'],
])('the job of %s is %s', (command, name) => {
  expect(jobNameOfCommand(shellShape(command), command)).toBe(name)
})

test('code on the command line has no name', () => {
  expect(jobNameOfCommand(shellShape("python3 -c 'print(1)'"), "python3 -c 'print(1)'")).toBeUndefined()
})

test('jobs with the same script get numbers, beside those that are there', () => {
  const unique = uniqueNames(['a'])
  expect(['a', 'a', 'b'].map(unique)).toEqual(['a-2', 'a-3', 'b'])
})
