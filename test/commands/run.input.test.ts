import {describe, expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

/** A job is run again only with the input that its first attempt had. */

const settings = JSON.stringify({
  defaults: {retry: {firstDelay: '1ms'}},
  jobs: {
    mended: {
      command: ['sh', '-c', 'cat >> got; [ -e mended ] || exit 2'],
      recovery: [{do: 'exec', command: ['touch', 'mended']}, {do: 'verify'}],
    },
  },
})

function box() {
  const made = createSandbox()
  made.write('.guardianrc.json', settings)
  made.write('data', 'skipped\nread\n')
  return made
}

const job = '--job j --retries 1 -- sh -c "cat; exit 3"'

const unread = '--job j --retries 1 -- sh -c "exit 3"'
const writer = 'while [ ! -e over ]; do sleep 0.05; done'

describe('a failed job is not run again', () => {
  test.each([
    ['a pipe', `printf read | guard run ${job}`],
    ['a pipe that is written to later', `${writer} | { guard run ${unread}; code=$?; : > over; exit $code; }`],
  ])('when its input is %s that it may have read', async (_, line) => {
    const {sh, journal} = box()
    const {code, stdout, stderr} = await sh(line)
    expect([code, 'read'.startsWith(stdout)]).toEqual([3, true])
    expect(stderr).toBe('guard: j is not run again: the first attempt may have read its standard input\n')
    expect(journal('runs.jsonl').at(-1)).toMatchObject({
      ...{kind: 'ended', attempts: 1},
      notRetried: 'the first attempt may have read its standard input',
    })
  })

  test('by guard retry either', async () => {
    const {sh} = box()
    const {code, stdout, stderr} = await sh('printf data | guard retry --delay 1ms -- sh -c "cat; exit 3"')
    expect([code, stdout]).toEqual([3, 'data'])
    expect(stderr).toContain('no further attempt: the first attempt may have read its standard input')
  })

  test('to verify its recovery; the steps are done', async () => {
    const {sh, journal} = box()
    const {code, stderr} = await sh('printf read | guard run mended')
    expect(code).toBe(2)
    expect(stderr).toContain('mended is not verified: the first attempt may have read its standard input')
    const records = journal('runs.jsonl')
    expect(records.filter(({kind}) => kind === 'attempt-ended')).toHaveLength(1)
    expect(records.find(({kind}) => kind === 'step-ended')).toMatchObject({ok: true})
  })
})

describe('a failed job is run again', () => {
  test.each([
    ['nothing', `guard run ${job} < /dev/null`, ''],
    ['a closed descriptor', `guard run ${job} <&-`, ''],
    ['an empty pipe, as under Debian’s cron', `: | { sleep 0.1; guard run ${job}; }`, ''],
    ['an empty pipe that is closed a moment later, as by a busy cron', `sleep 0.4 | guard run ${job}`, ''],
    ['a file, from its beginning', `guard run ${job} < data`, 'skipped\nread\nskipped\nread\n'],
    ['a file, from where the caller had read to', `{ read -r line; guard run ${job}; } < data`, 'read\nread\n'],
  ])('when its input is %s', async (_, line, printed) => {
    const {sh, journal} = box()
    const {code, stdout} = await sh(line)
    expect([code, stdout]).toEqual([3, printed])
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', attempts: 2})
  })

  test('to verify its recovery, with the same input', async () => {
    const {sh, journal} = box()
    const {code} = await sh('guard run mended < data; code=$?; cat got; exit $code')
    expect(code).toBe(0)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome: 'healthy', recovered: true})
  })
})
