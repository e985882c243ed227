import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
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
      gone: {type: 'ntfy', url: 'http://127.0.0.1:9', topic: 't', token: {file: 'missing.txt'}},
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
