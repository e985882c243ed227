import {text} from 'node:stream/consumers'
import {openChannel, sendRunPing} from '../../src/system/channels/open-channel.js'
import type {ChannelOrder} from './channel-run.js'

/** Sends one message, or one ping of a run, and prints the outcome: for either runtime. */
const {settings, message, first, owedTo, run, abortAfterMs} = JSON.parse(await text(process.stdin)) as ChannelOrder
const ended = new AbortController()
if (abortAfterMs !== undefined) setTimeout(() => ended.abort(), abortAfterMs)
const deps = {timezone: 'UTC', signal: ended.signal}
const outcome =
  run && settings.type === 'ping'
    ? await sendRunPing('ops', settings, run, deps)
    : await openChannel('ops', settings, deps).send(message, {signal: ended.signal, first, owedTo})
process.stdout.write(JSON.stringify(outcome))
process.exit()
