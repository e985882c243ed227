import {expect, test} from 'vitest'
import {ownerInLink, ownerInText} from '../../../src/domain/locks/lock-owner.js'

test.each<[string, string, object | undefined]>([
  ['a pid alone', '4711', {pid: 4711}],
  ['a pid with a newline, as pid files have it', '4711\n', {pid: 4711}],
  ['a pid padded to ten places (UUCP)', '      4711\n', {pid: 4711}],
  ['pid and host', '4711 web1', {pid: 4711, host: 'web1'}],
  ['pid and host on two lines (filelock)', '4711\nweb1.example.org\n', {pid: 4711, host: 'web1.example.org'}],
  ['pid;host (zc.lockfile)', ' 4711;web1\n', {pid: 4711, host: 'web1'}],
  ['a pid followed by other lines (PostgreSQL)', '4711\n/var/lib/pg\n1700000000\n5432\n', {pid: 4711}],
  ['JSON', '{"pid": 4711}', {pid: 4711}],
  [
    'JSON with host and boot id',
    '{"hostname":"web1","PID":"4711","boot_id":"b-1","time":1}',
    {pid: 4711, host: 'web1', boot: 'b-1'},
  ],
  ['JSON with the owner inside', '{"lock":{"pid":4711,"host":"web1"}}', {pid: 4711, host: 'web1'}],
  ['keys and values', 'started = today\npid = 4711\nhost = web1\n', {pid: 4711, host: 'web1'}],
  ['JSON that was cut off', '{"pid": 4711, "hos', {pid: 4711}],
  ['nothing', '', undefined],
  ['a time in seconds is no pid', '1767600000', undefined],
  ['zero is no pid', '0', undefined],
  ['an address and a port are no owner', '127.0.0.1:8080', undefined],
  ['some sentence', 'do not touch', undefined],
])('the owner is read from %s', (_title, text, owner) => {
  expect(ownerInText(text)).toEqual(owner)
})

test.each<[string, string, object | undefined]>([
  ['Firefox', '127.0.1.1:+4711', {pid: 4711, host: '127.0.1.1'}],
  ['Emacs', 'jo@web1.example.org.4711:1700000000', {pid: 4711, host: 'web1.example.org'}],
  ['Emacs without a boot time', 'jo@web1.4711', {pid: 4711, host: 'web1'}],
  ['Mercurial', 'web1:4711', {pid: 4711, host: 'web1'}],
  ['Mercurial in a pid namespace', 'web1/f0000aa1:4711', {pid: 4711, host: 'web1'}],
  ['Chromium', 'web-1.example.org-4711', {pid: 4711, host: 'web-1.example.org'}],
  ['a pid alone', '4711', {pid: 4711}],
  ['a link to a file', '../run/job.real', undefined],
])('the owner is read from a link as %s makes it', (_title, target, owner) => {
  expect(ownerInLink(target)).toEqual(owner)
})
