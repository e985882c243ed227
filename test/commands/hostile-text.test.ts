import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, endDeliverers, type Sandbox, until} from '../support/sandbox.js'
import {inTerminal} from '../support/terminal.js'

/**
 * Names a window anew, rings, colours, clears the screen (by ESC and by C1), turns the direction, hides, and begins a line
 * that looks like guard's.
 */
const hostile =
  'H\u001b]0;pwn\u0007\u001b[31mred\u001b[2J\u009b2J\u007f\u202e\u200b\u{e0041}\u2028\b\rguard: forged\nguard: forged\n  - forged'
/** As it is shown, or as JSON, in lines that a terminal has wrapped. */
const shown = /H\\(?:x1b|u001b)\]0;pwn\\(?:x07|u0007)/

/** Stands in arguments that guard checks, and is the hostile text in the journals. */
const marker = 'HOSTILE'

const openclaw = `#!/bin/sh
printf '%s\\n' "$EVIL" >&2
printf '{"jobs": "%s"}\\n' "$EVIL"
exit 1
`

const settings = {
  jobs: {
    [marker]: {command: ['sh', '-c', 'exit 3'], schedule: '* * * * *', outputs: [{files: hostile, maxAge: '1h'}]},
    scripted: {script: `${hostile}.sh`},
    shell: {
      command: ['false', hostile],
      recovery: [
        {do: 'exec', command: ['echo', hostile]},
        {do: 'restart', service: 'feed'},
      ],
    },
  },
  services: {feed: {manager: 'command', restart: ['sh', '-c', 'printf "%s" "$EVIL"; exit 1']}},
  channels: {ops: {type: 'command', command: ['sh', '-c', 'printf "%s" "$EVIL" >&2; exit 1']}},
  alerting: {groupWait: '0s', routes: [{level: 'INFO', to: ['ops']}]},
  watchdog: {bootGrace: '0s'},
  openclaw: {
    command: ['./openclaw.sh'],
    url: 'http://127.0.0.1:9',
    jobs: {tick: {id: '67e75ff8-ae79-4e43-86f5-6759431a909a'}},
  },
}

/** A state in which every field that may hold a text of unknown origin holds the hostile one. */
async function hostileBox(): Promise<Sandbox> {
  const box = createSandbox()
  box.write('openclaw.sh', openclaw, 0o755)
  box.write('.guardianrc.json', JSON.stringify(settings))
  box.write('job.sh', 'printf "%s: HTTP 503\\n" "$EVIL"; exit 3\n')
  mkdirSync(box.path('locks'))
  box.write(`locks/${hostile}.lock`, hostile)
  box.write('wrong/guardian.config.yaml', `jobs:\n  ${JSON.stringify(hostile)}: {}\n${JSON.stringify(hostile)}: 1\n`)
  box.write('broken/guardian.config.yaml', `a: [${hostile}`)
  const steps = [
    `guard lease acquire ${marker} --ttl 1h --holder ${marker}`,
    `guard lease acquire gone --ttl 1h --holder ${marker}`,
    `guard lease release gone --token 1 --status error --detail ${marker}`,
    `guard breaker open ${marker} --reason ${marker}`,
    `guard breaker isolate far --reason ${marker}`,
    `guard alerts silence add --job '${marker}*' --for 1h --reason ${marker} --owner ${marker}`,
    'guard run --job bad -- sh job.sh',
    'guard run shell',
  ]
  for (const step of steps) await box.sh(step, {env: {EVIL: marker}})
  // They judge the two runs and try the channel, and write no more once they have ended.
  await until(() => ['bad', 'shell'].every((name) => isIn(box, 'alerts', 'job', name)), 'the alerts of both runs')
  await until(() => isIn(box, 'deliveries', 'kind', 'failed'), 'the failure of the channel')
  endDeliverers(box.dir)
  const line = {
    timestamp: new Date().toISOString(),
    ...{level: 'CRITICAL', component: marker, job: marker, message: marker, details: {[marker]: [marker]}},
  }
  const wish = {job_id: marker, job_name: marker, reason: marker, requested_at: new Date().toISOString(), attempts: 1}
  addLine(box, 'alerts.jsonl', line)
  addLine(box, 'openclaw_reset_requests.jsonl', wish)
  const body = JSON.stringify(hostile).slice(1, -1)
  for (const name of readdirSync(box.stateDir).filter((file) => file.endsWith('.jsonl'))) {
    const file = `${box.stateDir}/${name}`
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(marker, body))
  }
  return box
}

function isIn(box: Sandbox, journal: string, field: string, value: string): boolean {
  const name = `${journal}.jsonl`
  return existsSync(`${box.stateDir}/${name}`) && box.journal(name).some((record) => record[field] === value)
}

function addLine({stateDir}: Sandbox, name: string, line: object): void {
  writeFileSync(`${stateDir}/${name}`, `${JSON.stringify(line)}\n`, {flag: 'a', mode: 0o600})
  chmodSync(stateDir, 0o700)
}

const says = true
/** What is typed, and whether it must show the hostile text. */
const lines: readonly (readonly [string, boolean?])[] = [
  ['guard alerts outbox', says],
  ['guard lease list', says],
  ['guard lease show HOSTILE'],
  ['guard lease show "$EVIL"', says],
  ['guard lease acquire "$EVIL" --ttl 1m', says],
  ['guard lease check gone --token 1', says],
  ['guard locks list "locks/*"', says],
  ['guard locks list "$EVIL"'],
  ['guard locks clear --dry-run "locks/*"', says],
  ['guard locks restore "$EVIL"', says],
  ['guard breaker list', says],
  ['guard breaker check far', says],
  ['guard breaker open "$EVIL"', says],
  ['guard budget list'],
  ['guard budget reset "$EVIL"', says],
  ['guard health', says],
  ['guard history', says],
  ['guard history "$EVIL"', says],
  ['guard history bad --run "$EVIL"', says],
  ['guard history shell'],
  ['guard logs "$EVIL"', says],
  ['guard logs bad --run "$EVIL"', says],
  ['guard watchdog --verbose', says],
  ['guard watchdog --dry-run', says],
  ['guard reset-daemon --dry-run', says],
  ['guard reset-daemon --verbose', says],
  ['guard alerts', says],
  ['guard alerts show "$(cat alert)"', says],
  ['guard alerts show "$EVIL"', says],
  ['guard alerts silence list', says],
  ['guard alerts silence remove "$EVIL"', says],
  ['guard alerts route --job "$EVIL"'],
  ['guard alerts test ops'],
  ['guard alerts test "$EVIL"', says],
  ['guard alerts drop "$EVIL" --reason x', says],
  ['guard config show', says],
  ['guard config show --origin', says],
  ['guard config check', says],
  ['guard config check --config wrong/guardian.config.yaml', says],
  ['guard config check --config broken/guardian.config.yaml'],
  ['guard config check --config "$EVIL.yaml"', says],
  ['cd wrong; guard health'],
  ['guard run "$EVIL"', says],
  ['guard run --job "$EVIL" -- true', says],
  ['guard run --job j -- "./$EVIL"', says],
  ['guard run --plan shell', says],
  ['guard run shell', says],
  ['guard retry --attempts 1 -- "./$EVIL"', says],
  ['guard "$EVIL"', says],
  ['guard lease "$EVIL"', says],
  ['guard lease list "$EVIL"', says],
  ['guard health "--$EVIL"', says],
  ['guard logs bad --run="$EVIL" --follow'],
  ['guard history --limit "$EVIL"', says],
]

/** Colours of chalk, their ends, and what a spinner writes to draw itself anew. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is looked for
const ownSequences = /\u001b\[(?:(?:0|1|2|3[1-6]|9[0-7]|22|39)m|\?25[lh]|2K|1A|G)/g
const unseen = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u

interface Expected {
  /** What was typed. */
  readonly line: string
  readonly allowed: RegExp
  readonly mustShow: boolean
}

function expectHarmless(text: string, {line, allowed, mustShow}: Expected): void {
  expect.soft(text, line).not.toContain('\u001b[31mred')
  expect.soft(text, line).not.toMatch(/^(?:guard: | {2}- )?forged/m)
  const plain = text.replace(allowed, '')
  expect.soft(unseen.exec(plain)?.[0], `${line}: ${JSON.stringify(plain)}`).toBeUndefined()
  if (mustShow) expect.soft(plain.replace(/\s+/g, ''), line).toMatch(shown)
}

describe('no control character of a value reaches', () => {
  test('a pipe', async () => {
    const box = await hostileBox()
    box.write('alert', String(box.journal('alerts.jsonl').find(({id}) => typeof id === 'string')?.['id'] ?? ''))
    for (const [line, mustShow = false] of lines) {
      const {stdout, stderr} = await box.sh(line, {env: {EVIL: hostile}})
      expectHarmless(`${stdout}${stderr}`, {line, allowed: /$^/g, mustShow})
    }
  }, 300_000)

  test('a terminal, which gets guard’s own colours alone', async () => {
    const box = await hostileBox()
    box.write('alert', String(box.journal('alerts.jsonl').find(({id}) => typeof id === 'string')?.['id'] ?? ''))
    for (const [line, mustShow = false] of lines) {
      const {stdout, stderr} = await inTerminal(box, line, {EVIL: hostile})
      expectHarmless(`${stdout}${stderr}`, {line, allowed: ownSequences, mustShow})
    }
  }, 300_000)

  test('a reader of JSON, which has each text as it is all the same', async () => {
    const box = await hostileBox()
    const words = ['lease list', 'breaker list', 'alerts', 'history', 'locks list "locks/*"', 'watchdog', 'config show']
    for (const line of words) {
      const {stdout} = await box.sh(`guard ${line} --json`, {env: {EVIL: hostile}})
      expect(unseen.exec(stdout.trimEnd())?.[0], line).toBeUndefined()
      expect(JSON.stringify(JSON.parse(stdout)), line).toContain(JSON.stringify(hostile).slice(1, -1))
    }
  }, 120_000)

  test('guardian.log', async () => {
    const box = await hostileBox()
    await box.sh('guard watchdog; guard reset-daemon', {env: {EVIL: hostile}})
    const log = readFileSync(`${box.stateDir}/logs/guardian.log`, 'utf8')
    expectHarmless(log, {line: 'guardian.log', allowed: /$^/g, mustShow: true})
  })
})
