import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll} from 'vitest'
import type {Message, Receipt, SendOutcome} from '../../src/domain/delivery/message.js'
import type {ChannelSettings} from '../../src/domain/settings/alerting.js'
import type {RunPing} from '../../src/system/channels/ping.js'
import {bundleScript} from './bundle.js'
import {troubleMessage} from './messages.js'
import {withMounts} from './namespaces.js'
import {runtime} from './runtime.js'

export interface ChannelOrder {
  readonly settings: ChannelSettings
  readonly message: Message
  readonly first?: Receipt
  readonly owedTo?: readonly string[]
  /** Instead of the message. */
  readonly run?: RunPing
  readonly abortAfterMs?: number
}

type Order = Partial<Omit<ChannelOrder, 'settings'>> & {
  readonly env?: Readonly<Record<string, string>>
  /** A line of shell whose mounts only this process sees. */
  readonly mounts?: string
}

let script = ''
let dir = ''

/** Sends in a process of the form under test, as guard does, with the given environment beside the usual one. */
export function channelsOfForm(): (settings: ChannelSettings, order?: Order) => Promise<SendOutcome> {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'guard-channels-'))
    script = await bundleScript(join(import.meta.dirname, 'channel-script.ts'), dir)
  })
  afterAll(() => rmSync(dir, {recursive: true, force: true}))
  return async (settings, {env, mounts, message = troubleMessage(), ...order} = {}) => {
    const [file, ...args] =
      mounts === undefined
        ? [runtime.file, script]
        : ['/bin/sh', '-c', withMounts(mounts, `exec '${runtime.file}' '${script}'`)]
    const child = spawn(file, args, {
      env: {...runtime.env, ...env},
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => err.push(piece))
    child.stdin.end(JSON.stringify({settings, message, ...order} satisfies ChannelOrder))
    await once(child, 'close')
    const text = Buffer.concat(out).toString()
    if (text === '') throw new Error(`no outcome: ${Buffer.concat(err).toString()}`)
    return JSON.parse(text) as SendOutcome
  }
}
