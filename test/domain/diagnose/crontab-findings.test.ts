import {describe, expect, test} from 'vitest'
import {judgeCron, judgeCrontabs, judgeMail, judgeVariables} from '../../../src/domain/diagnose/crontab-findings.js'
import {crontabsOf, wrappedLine} from '../../support/cron-lines.js'

describe('judgeCrontabs', () => {
  test('wrong lines are wrong one by one, unwrapped ones are counted, unread files are named', () => {
    const crontabs = {
      ...crontabsOf(
        wrappedLine(),
        wrappedLine({number: 2, state: 'wrong', text: '0 22-3 * * * a', reason: 'never due: write 22-23,0-3'}),
        wrappedLine({number: 3, state: 'wrappable'}),
        wrappedLine({number: 4, state: 'wrappable'}),
      ),
      unreadable: [{file: '/etc/cron.d/x', reason: 'EACCES'}],
      ignored: [{file: '/etc/cron.d/y.sh', reason: "Debian's cron passes files of such a name"}],
    }
    expect(judgeCrontabs(crontabs)).toMatchObject([
      {level: 'wrong', what: 'crontab -l, line 2 is wrong', proof: '0 22-3 * * * a: never due: write 22-23,0-3'},
      {level: 'look', what: '/etc/cron.d/x cannot be read', proof: 'EACCES'},
      {level: 'look', what: '/etc/cron.d/y.sh is never read'},
      {level: 'look', what: '2 crontab lines are not wrapped', proof: 'crontab -l, line 3; crontab -l, line 4'},
    ])
  })

  test('where every line is under guard, all is well', () => {
    expect(judgeCrontabs(crontabsOf(wrappedLine()))).toMatchObject([{level: 'well', what: 'crontab (1 under guard)'}])
  })
})

describe('judgeCron', () => {
  test('a cron that does not run is wrong only where a line waits for it', () => {
    expect(judgeCron(crontabsOf(wrappedLine()), undefined)).toMatchObject({
      level: 'wrong',
      mend: 'sudo service cron start',
    })
    expect(judgeCron(crontabsOf(wrappedLine({state: 'wrong'})), undefined)).toMatchObject({level: 'well'})
    const cronie = {...crontabsOf(wrappedLine()), kind: 'cronie'} as const
    expect(judgeCron(cronie, undefined)).toMatchObject({mend: 'sudo service crond start'})
    expect(judgeCron({...cronie, kind: 'systemd-cron'}, undefined)).toMatchObject({level: 'well'})
    expect(judgeCron(crontabsOf(wrappedLine()), 'cron')).toMatchObject({level: 'well', what: 'cron'})
  })
})

describe('judgeMail', () => {
  test('output is lost where no program mails it, unless MAILTO is empty', () => {
    expect(judgeMail(crontabsOf(wrappedLine()), undefined)).toMatchObject({
      level: 'look',
      mend: 'sudo apt install msmtp-mta',
    })
    expect(judgeMail(crontabsOf(wrappedLine({variables: {MAILTO: ''}})), undefined)).toMatchObject({level: 'well'})
    expect(judgeMail(crontabsOf(wrappedLine()), '/usr/sbin/sendmail')).toMatchObject({level: 'well'})
  })
})

describe('judgeVariables', () => {
  test('a variable of the shell that cron does not know leads guard elsewhere', () => {
    expect(judgeVariables([wrappedLine()], {GUARD_STATE_DIR: '/srv/guard'})).toMatchObject([
      {
        level: 'look',
        what: 'GUARD_STATE_DIR differs under cron',
        proof: 'not set in crontab -l, line 1, /srv/guard here',
        note: 'put GUARD_STATE_DIR=/srv/guard above',
      },
    ])
  })

  test('a variable that only cron knows leads this guard elsewhere', () => {
    const line = wrappedLine({variables: {GUARD_CONFIG: '/srv/c.yaml'}})
    expect(judgeVariables([line], {})).toMatchObject([
      {proof: '/srv/c.yaml in crontab -l, line 1, not set here', mend: 'unset GUARD_CONFIG'},
    ])
  })

  test('a line that names the place itself needs no variable', () => {
    const lines = [
      wrappedLine({text: '0 5 * * * guard run --state-dir /srv/guard backup'}),
      wrappedLine({text: '0 5 * * * GUARD_STATE_DIR=/srv/guard guard run backup'}),
      wrappedLine({state: 'wrappable', text: '0 5 * * * backup'}),
    ]
    expect(judgeVariables(lines, {GUARD_STATE_DIR: '/srv/guard'})).toEqual([])
  })
})
