import {describe, expect, test} from 'vitest'
import {type ErrorKind, GuardError} from '../../../src/errors.js'
import {openLog, tolerateStateError} from '../../../src/usecases/run/tolerate-state-error.js'

const full = new GuardError('io', 'no space left', ['free some disk space'])

/** What is said when the state directory fails in this way. */
function tolerated(error: unknown): readonly string[] {
  const said: string[] = []
  tolerateStateError(error, 'run', (reason) => said.push(reason))
  return said
}

describe('a state directory that cannot be used', () => {
  test.each<ErrorKind>(['io', 'no-state'])('is warned of, and stops no job (%s)', (kind) => {
    expect(tolerated(new GuardError(kind, 'no space left'))).toEqual(['no space left'])
  })

  test('keeps the job from running where the settings want it so, and says why and what helps', () => {
    expect(() => tolerateStateError(full, 'refuse', () => undefined)).toThrow(
      expect.objectContaining({
        kind: 'io',
        message: 'not run, because onStateError is refuse: no space left',
        ...{hints: full.hints, cause: full},
      }),
    )
  })

  test.each([
    ['one of guard’s own', new TypeError('not a function')],
    ['a lease that another has', new GuardError('busy', 'held by run-2')],
  ])('is not what any other error says: %s', (_title, error) => {
    expect(() => tolerated(error)).toThrow(error)
    expect(() => tolerateStateError(error, 'refuse', () => undefined)).toThrow(error)
  })
})

describe('a log that cannot be written', () => {
  const fail = () => {
    throw full
  }

  test('costs the job its log alone', () => {
    const said: string[] = []
    expect([openLog(fail, 'run', (text) => said.push(text)), said]).toEqual([
      undefined,
      ['no space left; no log is kept'],
    ])
  })

  test('keeps the job from running where the settings want it so', () => {
    expect(() => openLog(fail, 'refuse', () => undefined)).toThrow(/^not run, because/)
  })
})
