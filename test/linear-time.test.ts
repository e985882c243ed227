import {describe, expect, test} from 'vitest'
import {lineSink} from '../src/cli/logs/log-filters.js'
import {fileOfCommand, uniqueNames} from '../src/domain/crontab/job-names.js'
import {judgeLine} from '../src/domain/crontab/judge-line.js'
import {parseCrontab} from '../src/domain/crontab/line.js'
import {endsInBackground, shellShape} from '../src/domain/crontab/shell-shape.js'
import {lastVariables} from '../src/domain/crontab/variables.js'
import {classifyText} from '../src/domain/failure/failure-class.js'
import {maskRedacted} from '../src/domain/failure/mask-values.js'
import {interpretedBy} from '../src/domain/job/interpreter.js'
import {ownerInText} from '../src/domain/locks/lock-owner.js'
import {cleanLine} from '../src/domain/message-text/clean.js'
import {scheduleProblem} from '../src/domain/schedule/schedule.js'
import {shortReason} from '../src/http/dashboard/text/reason.js'
import {failureOf} from '../src/system/openclaw/failure.js'
import {growth, linear, repeated} from './support/growth.js'

/**
 * Texts that jobs, servers and other programs write are read in time proportional to their length. Each row is a text
 * for which that is hard. Masking by shape has its own rows, beside its tests.
 */

const names = (text: string) => fileOfCommand(shellShape(text), text)
const secrets = ['plum&orchard', 'https://hooks.example.com/services/T0123/abcdefghijkl']
const openClaw = (stderr: string) =>
  failureOf(
    {exitCode: 1, signal: undefined, timedOut: false, spawnError: undefined, stdout: '', stderr, durationMs: 1},
    'read',
  )

describe('a text that is four times as long is read in about four times the time', () => {
  type Row = [what: string, piece: string, work: (text: string) => unknown, around?: readonly [string, string]]
  test.each<Row>([
    ['a line of a message', ' ', cleanLine],
    ['a line of a message', '\n ', cleanLine],
    ['a variable of a crontab', ' ', (text) => parseCrontab(text, false), ['A=b', 'c']],
    ['a variable of a crontab', '\r', (text) => parseCrontab(text, false), ['A="', 'c']],
    ['a field of cronie', '1', (text) => judgeLine('cronie', parseCrontab(text, false)[0]!), ['', ' * * * * a']],
    ['a command with quotes', '\\"', names],
    ['a command with quotes', `"\\'`, names],
    ['a command with parentheses', '(', names],
    ['a command that starts another', 'timeout ', names],
    ['a command that starts another', 'busybox ', names, ['', 'sh x']],
    ['a command that starts another', 'env a=b ', names],
    ['a command in the background', '& ', endsInBackground],
    ['an option of a shell', 'c', (text) => interpretedBy(['sh', text]), ['-', '!']],
    ['a lock file', ' ', ownerInText, ['pid', 'x']],
    ['a schedule', ' ', scheduleProblem, ['@every', 'x\ny']],
    ['what OpenClaw says', 'openclaw: Node 1', openClaw],
    ['output that is classified', 'error ', classifyText],
    ['output that is classified', '0 a ', classifyText],
    ['a reason on the page', '10 00', shortReason, ['its last run - 0', '!']],
    ['an alert with remains of a secret', '***', (text) => maskRedacted(text, secrets)],
    ['an alert with remains of a secret', '***orchard', (text) => maskRedacted(text, secrets)],
    ['an alert with remains of a secret', 'plum', (text) => maskRedacted(text, secrets), ['', '***']],
  ])('%s, however often it has %j', (_what, piece, work, [before, after] = ['', '']) => {
    const textOf = (length: number) => `${before}${repeated(piece)(length)}${after}`
    expect(growth(work, textOf, 16 * 1024)).toBeLessThan(linear)
  })

  test('a line of a log, in however many pieces', () => {
    const inPieces = (text: string) => {
      const sink = lineSink(() => undefined)
      for (let at = 0; at < text.length; at += 1024) sink.push(Buffer.from(text.slice(at, at + 1024)))
      sink.end()
    }
    expect(growth(inPieces, repeated('a'), 2 * 1024 * 1024)).toBeLessThan(linear)
  })

  test('a crontab of jobs with one name', () => {
    const nameAll = (text: string) => text.split('\n').map(uniqueNames([]))
    expect(growth(nameAll, repeated('a\n'), 32 * 1024)).toBeLessThan(linear)
  })

  test('a crontab of nothing but variables', () => {
    const variables = (length: number) => Array.from({length}, (_, number) => `v${number}=1\n`).join('')
    expect(growth((text) => lastVariables(parseCrontab(text, false)), variables, 4096)).toBeLessThan(linear)
  })
})
