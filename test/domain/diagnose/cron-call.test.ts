import {describe, expect, test} from 'vitest'
import {judgeCall, type PlanAnswer, planAnswerOf, planCommandOf} from '../../../src/domain/diagnose/cron-call.js'
import {wrappedLine} from '../../support/cron-lines.js'

const line = wrappedLine({
  text: '0 5 * * * guard run --job feed -- /srv/feed',
  start: 'cd /srv && guard',
  runWords: ['--job', 'feed', '--', '/srv/feed'],
})
const answerOf = (answer: PlanAnswer) => judgeCall(line, answer, () => undefined)

test('guard is asked as the line starts it, with the words that it gets there', () => {
  expect(planCommandOf(line)).toBe('cd /srv && guard run --plan --json --job feed -- /srv/feed')
  expect(planCommandOf(wrappedLine())).toBeUndefined()
})

test.each(['', 'sh: 1: guard: not found', 'null', '[]', '{"ok": true}'])('%j is not an answer of guard', (text) => {
  expect(planAnswerOf(text)).toBeUndefined()
})

describe('judgeCall', () => {
  test('a program of the line that cannot be started is told', () => {
    const answer = {command: ['/srv/feed']}
    expect(judgeCall(line, answer, () => 'is not there')).toMatchObject([
      {
        level: 'wrong',
        what: 'crontab -l, line 1 runs nothing',
        proof: '0 5 * * * guard run --job feed -- /srv/feed: /srv/feed is not there',
        mend: 'crontab -e',
      },
    ])
    expect(judgeCall(line, answer, () => 'is not executable')).toMatchObject([{mend: 'chmod +x /srv/feed'}])
    expect(answerOf(answer)).toEqual([])
  })

  test('a program that the settings name is told as part of them, and what a PATH has is not looked for', () => {
    expect(judgeCall(line, {command: ['/srv/other']}, () => 'is not there')).toEqual([])
    const bare = {...line, runWords: ['--', 'feed']}
    expect(judgeCall(bare, {command: ['feed']}, () => 'is not there')).toEqual([])
  })

  test('a call that guard refuses is told with the names that are near', () => {
    const hints = ['did you mean feed?', 'did you mean seed?', 'use the name of a configured job']
    expect(answerOf({error: {kind: 'usage', message: 'fed: no such job or file', hints}})).toMatchObject([
      {note: 'did you mean feed? did you mean seed?'},
    ])
    expect(
      answerOf({error: {kind: 'usage', message: 'there is no flag: --al', hints: ['see the flags']}}),
    ).toMatchObject([{note: 'see the flags'}])
  })

  test('of other errors those about a word of the line are', () => {
    const error = {kind: 'not-found', message: '/srv/feed: no such job or file', hints: []}
    expect(answerOf({error})).toHaveLength(1)
    expect(answerOf({error: {...error, message: '/srv/other: there is no such file'}})).toEqual([])
    expect(answerOf({error: {kind: 'config', message: 'jobs.feed.timeout is wrong', hints: []}})).toEqual([])
  })
})
