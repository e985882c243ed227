import {describe, expect, test} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {startReceiver} from '../../support/http-receiver.js'
import {hostileMessage, recoveryMessage, stormMessage, troubleMessage} from '../../support/messages.js'
import {botToken, startTelegram} from '../../support/telegram-stand-in.js'

/** Against a strict stand-in of the Bot API. */

const send = channelsOfForm()
const env = {BOT: botToken}

const telegram = (url: string, more: object = {}): ChannelSettings => ({
  ...{type: 'telegram', chat: '-100', token: {env: 'BOT'}, url, timeoutMs: 10_000},
  ...more,
})
const permanent = (reason: string) => ({ok: false, failure: 'permanent', reason})

describe('a message', () => {
  test('arrives in the chat with sound, and its receipt says where', async () => {
    const {url, messages, calls} = await startTelegram()
    expect(await send(telegram(url), {env})).toEqual({
      ok: true,
      receipt: {chat: '-100', chat_id: -100, message_id: 42, level: 'CRITICAL', at: troubleMessage().atMs},
    })
    expect(messages('-100')[0]?.text).toContain('<b>CRITICAL: backup failed on web1</b>\n<b>Job:</b> backup on web1\n')
    expect(calls).toMatchObject([{method: 'sendMessage', fields: {parse_mode: 'HTML', disable_notification: false}}])
  })

  test('of level INFO makes no sound', async () => {
    const {url, calls} = await startTelegram()
    await send(telegram(url), {env, message: recoveryMessage()})
    expect(calls[0]?.fields).toMatchObject({disable_notification: true})
  })

  test('goes into the topic of the settings', async () => {
    const {url, calls} = await startTelegram()
    expect(await send(telegram(url, {topic: 7}), {env})).toMatchObject({ok: true})
    expect(calls[0]?.fields).toMatchObject({message_thread_id: 7})
    expect(await send(telegram(url, {topic: 999}), {env})).toEqual(
      permanent('the topic is closed or not in this chat; check `topic`'),
    )
  })

  test.each([
    ['markup', '<script>&amp;</script> & <b>'],
    ['60 kB', '&<>"'.repeat(15_000)],
    ['emoji and halves of them', '😀\ud83d'.repeat(3000)],
    ['control characters', '\u001b[31mred\u0007\u0000'],
  ])('of %s is taken as it is', async (_title, text) => {
    const {url, messages} = await startTelegram()
    expect(await send(telegram(url), {env, message: hostileMessage(text)})).toMatchObject({ok: true})
    expect(messages('-100')[0]?.fields.parse_mode).toBe('HTML')
  })

  test('that Telegram cannot parse is sent once more as plain text', async () => {
    const {url, received} = await startReceiver((request, response) => {
      const isHtml = request.body.includes('"parse_mode":"HTML"')
      const description = "Bad Request: can't parse entities: Unsupported start tag"
      if (isHtml) response.writeHead(400).end(JSON.stringify({ok: false, error_code: 400, description}))
      else response.end(JSON.stringify({ok: true, result: {message_id: 5, chat: {id: -100}}}))
    })
    expect(await send(telegram(url), {env})).toMatchObject({ok: true, receipt: {message_id: 5}})
    expect(received).toHaveLength(2)
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
      text: expect.stringContaining('if (a < b && c > d) retry'),
    })
  })
})

describe('the first message of a group', () => {
  test('is edited as the trouble grows, and answered when it is over', async () => {
    const {url, calls, messages} = await startTelegram()
    const {receipt} = (await send(telegram(url), {env})) as {receipt: Record<string, string | number>}
    expect(await send(telegram(url), {env, first: receipt, message: stormMessage()})).toEqual({ok: true, receipt})
    expect(messages('-100').map(({text}) => text.split('\n')[0])).toEqual([
      '<b>CRITICAL: 500 jobs failed: connect ECONNREFUSED :5432</b>',
    ])
    // An attempt whose answer was lost is repeated.
    expect(await send(telegram(url), {env, first: receipt, message: stormMessage()})).toEqual({ok: true, receipt})
    await send(telegram(url), {env, first: receipt, message: recoveryMessage()})
    expect(messages('-100')).toHaveLength(2)
    expect(calls.at(-1)).toMatchObject({
      method: 'sendMessage',
      fields: {reply_parameters: {message_id: 42, allow_sending_without_reply: true}},
    })
  })

  test('is not edited but followed by a new one if it is gone, an hour old, or of a lower level', async () => {
    const {url, forget, messages, calls} = await startTelegram()
    const {receipt} = (await send(telegram(url), {env})) as {receipt: Record<string, string | number>}
    const hourLater = stormMessage({atMs: troubleMessage().atMs + 3_600_000})
    expect(await send(telegram(url), {env, first: receipt, message: hourLater})).toMatchObject({
      receipt: {message_id: 43},
    })
    const first = {...receipt, level: 'WARNING'}
    expect(await send(telegram(url), {env, first, message: stormMessage()})).toMatchObject({receipt: {message_id: 44}})
    expect(calls.map(({method}) => method)).toEqual(['sendMessage', 'sendMessage', 'sendMessage'])
    forget('-100')
    expect(await send(telegram(url), {env, first: receipt, message: stormMessage()})).toMatchObject({ok: true})
    expect(messages('-100')).toHaveLength(1)
  })
})

test('a message goes into the chat of the settings, also if its group began in another one', async () => {
  const {url, messages} = await startTelegram({'-100': {}, '-200': {}})
  const {receipt} = (await send(telegram(url), {env})) as {receipt: Record<string, string | number>}
  expect(await send(telegram(url, {chat: '-200'}), {env, first: receipt, message: stormMessage()})).toMatchObject({
    receipt: {chat_id: -200},
  })
  expect([messages('-100').length, messages('-200').length]).toEqual([1, 1])
})

describe('Telegram', () => {
  test('is left alone for as long as it asks', async () => {
    const {url, busy} = await startTelegram()
    busy.retryAfter = 17
    expect(await send(telegram(url), {env})).toEqual({
      ...{ok: false, failure: 'transient', reason: 'Telegram asks to wait', retryAfterMs: 17_000},
    })
  })

  test('is followed to the group that has taken the place of the old one', async () => {
    const {url, messages} = await startTelegram({'-100': {migratedTo: -1001}, '-1001': {}})
    expect(await send(telegram(url), {env})).toMatchObject({ok: true, receipt: {chat_id: -1001}})
    expect(messages('-1001')).toHaveLength(1)
  })

  test.each([
    ['bot was kicked from the supergroup chat', 'the bot is not a member of the chat; add it'],
    ['bot is not a member of the channel chat', 'the bot is not a member of the chat; add it'],
    ['bot was blocked by the user', 'the user has blocked the bot; unblock it in Telegram'],
    [
      "bot can't initiate conversation with a user",
      'the user has not spoken to the bot yet; open the bot in Telegram and press Start',
    ],
    ['something new', 'Telegram refuses the message: Forbidden: something new'],
  ])('that says `%s` is understood', async (words, reason) => {
    const {url} = await startTelegram({'-100': {refusal: {code: 403, description: `Forbidden: ${words}`}}})
    expect(await send(telegram(url), {env})).toEqual(permanent(reason))
  })

  test('that does not know chat or token is understood', async () => {
    const {url} = await startTelegram()
    expect(await send(telegram(url, {chat: '7'}), {env})).toEqual(
      permanent('the chat is not known to the bot; add the bot to it, and check `chat`'),
    )
    const wrong = permanent('the token is wrong; take the one that @BotFather shows')
    expect(await send(telegram(url), {env: {BOT: botToken.replace('abc', 'xyz')}})).toEqual(wrong)
    expect(await send(telegram(url), {env: {BOT: 'nonsense'}})).toEqual(wrong)
  })

  test('that has a fault may take the message later', async () => {
    const {url} = await startReceiver((_, response) => void response.writeHead(502).end('<html>Bad Gateway</html>'))
    expect(await send(telegram(url), {env})).toEqual({
      ...{ok: false, failure: 'transient', reason: 'Telegram answered: status 502'},
    })
  })
})
