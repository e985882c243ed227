import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {tempDir} from './temp-dir.js'

const script = join(import.meta.dirname, '../fixtures/openclaw/stand-in.mjs')

export interface StandInState {
  readonly version: string
  readonly jobs: readonly Readonly<Record<string, unknown>>[]
  readonly tasks?: readonly Readonly<Record<string, unknown>>[]
  readonly faults?: readonly {on: string; do: string; times: number; afterMs?: number}[]
  readonly calls?: readonly string[]
}

/** A stand-in for one version of OpenClaw, with its own state. */
export function standIn(state: StandInState) {
  const dir = tempDir()
  const file = join(dir, 'state.json')
  writeFileSync(file, JSON.stringify(state))
  return {
    dir,
    command: [process.execPath, script, file] as const,
    read: () => JSON.parse(readFileSync(file, 'utf8')) as StandInState,
    write: (change: Partial<StandInState>) => {
      writeFileSync(file, JSON.stringify({...JSON.parse(readFileSync(file, 'utf8')), ...change}))
    },
  }
}

export const tick = {
  id: '67e75ff8-ae79-4e43-86f5-6759431a909a',
  name: 'Tick',
  enabled: true,
  schedule: {kind: 'every', everyMs: 60_000},
  payload: {kind: 'systemEvent', text: 'tick'},
  state: {runningAtMs: 1_795_305_407_198, lastRunAtMs: 1_795_305_980_146},
}
