import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {standIn, tick} from '../support/openclaw-stand-in.js'
import {createSandbox, filesIn, type Sandbox, until} from '../support/sandbox.js'

/** Values without a shape that would give them away. */
const secrets = {
  DB: 'plum,orchard;7&sea',
  CHANNEL: 'https://chat.example.org/rooms/quiet-meadow-42/x',
  SERVICE: 'lantern9lantern',
  AGENT: 'copper-kettle-88',
}
const pieces = ['orchard', 'sea', 'quiet-meadow-42', 'lantern9', 'kettle']

const job = `for word in "$DB" "$CHANNEL" "$(cat service.txt)" "$AGENT"; do
  printf 'login failed for password=%s HTTP 503 %s\\n' "$word" "$word"
done
printf '{"detail": "refused %s"}' "$DB" >"$GUARD_RESULT_FILE"
exit 3
`

function boxWith(more: object = {}): Sandbox {
  const box = createSandbox()
  box.write('job.sh', job)
  box.write('service.txt', `${secrets.SERVICE}\n`, 0o600)
  box.write('openclaw.sh', '#!/bin/sh\necho "unauthorized: $AGENT" >&2\nexit 1\n', 0o755)
  box.write('restart.sh', '#!/bin/sh\necho "no restart with $DB and $(cat service.txt)" >&2\nexit 1\n', 0o755)
  const settings = {
    jobs: {
      j: {
        command: ['sh', 'job.sh'],
        env: {DB: {env: 'DB'}},
        schedule: '0 3 1 1 *',
        retry: {maxAttempts: 1},
        recovery: [{do: 'exec', command: ['./restart.sh']}, {do: 'restart', service: 'feed'}, {do: 'alert'}],
      },
    },
    services: {
      feed: {manager: 'command', restart: ['./restart.sh']},
      compose: {manager: 'process-compose', name: 'x', url: 'http://127.0.0.1:9', token: {file: 'service.txt'}},
    },
    channels: {
      room: {type: 'slack', url: {env: 'CHANNEL'}, fallback: 'gone'},
      ops: {type: 'file', path: 'sent.jsonl', fallback: 'room'},
      gone: {type: 'ntfy', url: 'http://127.0.0.1:10', topic: 't', token: {file: 'missing.txt'}},
    },
    alerting: {groupWait: '100ms', routes: [{level: 'INFO', to: ['ops']}]},
    openclaw: {
      ...{command: ['./openclaw.sh'], env: {AGENT: {env: 'AGENT'}}, url: 'http://127.0.0.1:9'},
      jobs: {tick: {id: '67e75ff8-ae79-4e43-86f5-6759431a909a'}},
    },
    ...more,
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  return box
}

function leaksIn(text: string): readonly string[] {
  return [...Object.values(secrets), ...pieces].filter((value) => text.includes(value))
}

test('secrets of the settings that a job prints are in its log alone: guard masks them by value in all that it writes', async () => {
  const box = boxWith()
  const options = {env: secrets}
  const {code, stderr} = await box.guardWith(options, 'run', '--quiet', '--json', 'j')
  expect(code).toBe(3)
  await until(() => filesIn(box.dir).includes('sent.jsonl'), 'the message')
  await box.sh('guard watchdog; guard reset-daemon', options)
  const files = filesIn(box.stateDir).filter((file) => /\.(?:jsonl|log)$/.test(file) && !file.includes('_j_output'))
  expect(files).toEqual(expect.arrayContaining(['runs.jsonl', 'alerts.jsonl', 'incidents.jsonl', 'logs/guardian.log']))
  for (const file of files) expect.soft(leaksIn(readFileSync(join(box.stateDir, file), 'utf8')), file).toEqual([])
  const sent = readFileSync(box.path('sent.jsonl'), 'utf8')
  expect.soft(leaksIn(sent), 'sent').toEqual([])
  expect(sent).toContain('login failed for password=***')
  expect(leaksIn(stderr.replace(/^login.*$/gm, '')), 'stderr').toEqual([])
  const runs = readFileSync(join(box.stateDir, 'runs.jsonl'), 'utf8')
  expect(runs).toContain('refused ***')
  expect(runs).toContain('no restart with ***')
  expect(leaksIn(box.log('j'))).toEqual(expect.arrayContaining(Object.values(secrets)))
})

test('guard logs masks the secrets of the settings, in a pipe, as JSON and with --raw, and changes no other byte', async () => {
  const box = boxWith()
  const options = {env: secrets}
  await box.guardWith(options, 'run', '--quiet', '--no-log-header', 'j')
  const [log = ''] = readdirSync(join(box.stateDir, 'logs')).filter((file) => file.includes('_j_output'))
  const file = join(box.stateDir, 'logs', log)
  const text = readFileSync(file, 'latin1')
  // Bytes of the same number: the end of the run stays where it is.
  writeFileSync(file, text.replaceAll('login', '\u001b\u0007\u00ff\u0000\r'), 'latin1')
  const plain = await box.sh('guard logs j | od -An -c', options)
  expect(plain.stdout).toMatch(/033\s+\\a\s+377\s+\\0\s+\\r/)
  for (const flag of ['', '--json', '--raw']) {
    const {stdout} = await box.sh(`guard logs j ${flag}`, options)
    expect.soft(leaksIn(stdout), flag).toEqual([])
    expect.soft(stdout, flag).toContain('***')
  }
})

test('secrets of the settings are masked in what channels, other programs and callers say', async () => {
  const tells = ['sh', '-c', 'echo "no way: $DB, $(cat service.txt)" >&2; exit 1']
  const box = boxWith({
    channels: {ops: {type: 'command', command: tells}, kept: {type: 'file', path: 'sent.jsonl'}},
    alerting: {groupWait: '0s', routes: [{level: 'INFO', to: ['ops', 'kept']}]},
  })
  const options = {env: secrets}
  await box.sh('guard lease acquire job --ttl 5m; guard lease release job --token 1 --detail "no $DB"', options)
  await box.sh('guard breaker open api --reason "no $DB"; guard breaker isolate feed --reason "no $DB"', options)
  await box.sh('guard alerts silence add --job x --for 1h --reason "no $DB"', options)
  const alert = {level: 'WARNING', message: `no ${secrets.DB}`, details: {errorLine: `no ${secrets.SERVICE}`}}
  await box.sh('printf "%s\\n" "$ALERT" >>state/alerts.jsonl; guard alerts deliver', {
    env: {...secrets, ALERT: JSON.stringify(alert)},
  })
  const said = await box.sh('guard alerts test ops; guard alerts outbox; guard health; guard breaker list', options)
  expect.soft(leaksIn(said.stdout + said.stderr), 'said').toEqual([])
  expect(said.stdout).toContain('ops has it not: sh ended with exit code 1: no way: ***, ***')
  const files = filesIn(box.stateDir).filter((file) => /\.(?:jsonl|log)$/.test(file) && !file.endsWith('alerts.jsonl'))
  expect(files).toEqual(
    expect.arrayContaining(['breakers.jsonl', 'deliveries.jsonl', 'leases.jsonl', 'silences.jsonl']),
  )
  for (const file of files) expect.soft(leaksIn(readFileSync(join(box.stateDir, file), 'utf8')), file).toEqual([])
  expect(leaksIn(readFileSync(box.path('sent.jsonl'), 'utf8'))).toEqual([])
})

test('what OpenClaw says of a job is shown without the secrets of the settings', async () => {
  const state = {...tick.state, runningAtMs: undefined, lastStatus: 'error', consecutiveErrors: 9}
  const stand = standIn({
    version: '2026.5.28',
    jobs: [{...tick, state: {...state, lastError: `refused ${secrets.DB}`}}],
  })
  const openclaw = {command: stand.command, url: 'http://127.0.0.1:9', jobs: {tick: {id: tick.id}}}
  const box = boxWith({openclaw})
  const {stdout} = await box.guardWith({env: secrets}, 'watchdog', '--dry-run')
  expect(stdout).toContain('refused ***')
  expect(leaksIn(stdout)).toEqual([])
})
