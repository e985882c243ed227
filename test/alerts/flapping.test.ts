import {expect, test} from 'vitest'
import {minute, outboxWorld} from '../support/outbox-world.js'
import {scan, watchdogWorld} from '../support/watchdog-world.js'

/** A job that comes and goes, from its runs through the rounds of the watchdog to the messages. */

const job = {...scan, openclawId: undefined}

/** A run and a round each minute: for an hour as `isBad` says, then well for `wellMinutes`. @returns kind and minute of each message */
async function messagesOf(isBad: (minute: number) => boolean, {goodRunsBefore = 0, wellMinutes = 135} = {}) {
  const watched = watchdogWorld([job])
  const outbox = outboxWorld({alerts: watched.journals.alerts})
  const live = async (outcome: string) => {
    watched.run(outcome)
    await watched.round()
    await outbox.deliver()
    await outbox.pass(minute)
    watched.clock.advance(minute)
  }
  for (let run = 0; run < goodRunsBefore; run++) await live('healthy')
  const begunMs = outbox.clock.now()
  for (let at = 0; at < 60 + wellMinutes; at++) await live(at < 60 && isBad(at) ? 'failed' : 'healthy')
  return outbox.arrived.map(({kind, atMs}) => `${kind} ${Math.floor((atMs - begunMs) / minute)}`)
}

const everySecond = (at: number) => at % 2 === 0
const sixAndSix = (at: number) => at % 12 < 6

test.each([
  ['that was never seen before is bad every second minute', everySecond, 0, ['trouble 0', 'recovery 129']],
  ['that was well is bad every second minute', everySecond, 10, ['trouble 6', 'recovery 129']],
  ['that was never seen before is bad for 6 minutes and good for 6', sixAndSix, 0, ['trouble 0', 'recovery 124']],
  ['that was well is bad for 6 minutes and good for 6', sixAndSix, 10, ['trouble 36', 'recovery 124']],
])(
  'of a job %s, an hour is one message, and its end another',
  async (_, isBad, goodRunsBefore, expected) => {
    expect(await messagesOf(isBad, {goodRunsBefore})).toEqual(expected)
  },
  60_000,
)

test('of a job that is bad for 20 minutes both ends are told', async () => {
  expect(await messagesOf((at) => at < 20, {goodRunsBefore: 10, wellMinutes: 5})).toEqual(['trouble 10', 'recovery 30'])
})

test('a job that is bad again after its end was told is told again', async () => {
  const halfHours = (at: number) => at % 30 < 15
  const messages = ['trouble 10', 'recovery 25', 'trouble 40', 'recovery 55']
  expect(await messagesOf(halfHours, {goodRunsBefore: 10, wellMinutes: 5})).toEqual(messages)
})
