import {setTimeout as sleep} from 'node:timers/promises'
import {seeded} from '../support/random.js'
import {findFaults} from './check.js'
import {collectEvidence, unsentMessages} from './collect.js'
import type {Evidence} from './evidence.js'
import {soak} from './harness.js'
import type {Kind} from './kind.js'
import {soakKinds} from './kinds.js'
import {flappingIncidents, spans} from './limits.js'

import {measureTick} from './machine.js'
import {createWorkplace, takeSettings} from './workplace.js'

export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  readonly repository: string
  readonly print: (line: string) => void
}

export interface SoakResult {
  readonly evidence: Evidence
  readonly faults: readonly string[]
  /** Gone if there are no faults. */
  readonly dir: string
}

/** So many ticks let each kind show what it is for. */
const fewestTicks = 36

/** One soak: measures the machine, lets it happen, holds what was said against what was so, and cleans up. */
export async function runSoak({minutes, seed, repository, print}: SoakOptions): Promise<SoakResult> {
  const place = createWorkplace(repository)
  const random = seeded(seed).next
  const shift = Math.floor(random() * 3)
  // The machine is measured with settings like those of the soak, whose limits need the measure.
  takeSettings(place, soakKinds({tickMs: 1000, shift}), settingsFor(1000))
  const tickMs = await measureTick(place)
  const kinds = soakKinds({tickMs, shift})
  takeSettings(place, kinds, settingsFor(tickMs))
  const ticks = Math.max(fewestTicks, Math.ceil((minutes * 60_000) / tickMs))
  print(`${kinds.length} jobs, ${ticks} ticks of ${tickMs} ms, seed ${seed}, in ${place.dir}`)
  const phases = new Map(kinds.map((kind) => [kind, Math.floor(random() * (kind.periodTicks ?? 1))]))
  const happened = await soak(place, kinds, {tickMs, ticks, phaseOf: (kind: Kind) => phases.get(kind) ?? 0})
  await until(() => unsentMessages(place) === 0, 30 * tickMs)
  try {
    const evidence = collectEvidence(place, kinds, {happened, escalateAfterMs: spans.escalateAfter * tickMs})
    const faults = findFaults(evidence)
    await happened.endAll()
    if (faults.length === 0) await place.remove()
    return {evidence, faults, dir: place.dir}
  } catch (error) {
    await happened.endAll()
    throw error
  }
}

/** Waits for the process that sends the last messages; whether it has is checked afterwards. */
async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!condition() && Date.now() < deadline) await sleep(200)
}

/** Of the one job that only OpenClaw knows. */
const openclawId = '3a7f742b-889a-4c05-9697-f5f873fea02c'

/** Everything that guard knows as a time is counted in ticks here. */
function settingsFor(tickMs: number): object {
  const ms = (ticks: number) => `${ticks * tickMs}ms`
  return {
    defaults: {grace: ms(spans.grace)},
    watchdog: {
      escalateAfter: ms(spans.escalateAfter),
      flapping: {incidents: flappingIncidents, within: ms(spans.flappingWithin)},
      // The machine may have been booted a minute ago; that is another test's matter.
      bootGrace: '0s',
    },
    channels: {sent: {type: 'file', path: 'sent.jsonl'}},
    alerting: {groupWait: ms(1), groupInterval: ms(5), cap: 1000, routes: [{level: 'INFO', to: ['sent']}]},
    openclaw: {
      command: ['no-such-openclaw'],
      jobs: {scanner: {id: openclawId}},
      unreachableAfter: ms(spans.unreachableAfter),
    },
  }
}
