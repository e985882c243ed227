import {expect, test} from 'vitest'
import {GuardError} from '../../src/errors.js'
import {checkSettings} from '../support/written-settings.js'

const file = '/srv/bot/.guardianrc'

async function problemsOf(written: unknown): Promise<string[]> {
  try {
    await checkSettings(written, file)
    return []
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    expect(error.kind).toBe('config')
    return error.message.split('\n').slice(1)
  }
}

const job = (fields: object) => ({jobs: {scan: fields}})
const step = (fields: object) => job({recovery: [fields]})
const toFile = {type: 'file', path: 'sent.jsonl'}
const manager = {type: 'alertmanager', url: 'https://alerts.example'}
const routedTo = (...to: readonly string[]) => ({alerting: {routes: [{to}]}})
const supervised = {services: {web: {manager: 'supervisor', program: 'web'}}}
const id = '3a7f742b-889a-4c05-9697-f5f873fea02c'

test.each<[string, unknown, string]>([
  ['an unknown key gets a suggestion', {watchdgo: {}}, 'watchdgo: is an unknown key; did you mean "watchdog"?'],
  [
    'an unknown nested key gets a suggestion',
    job({retry: {maxAtempts: 2}}),
    'jobs.scan.retry.maxAtempts: is an unknown key; did you mean "maxAttempts"?',
  ],
  [
    'a duration has a form',
    job({timeout: '5 minutes'}),
    'jobs.scan.timeout: "5 minutes" is not a duration; write 500ms, 30s, 10m, 2h or 1d',
  ],
  [
    'a duration is text or a number',
    job({timeout: true}),
    'jobs.scan.timeout: true is not a duration; write 500ms, 30s, 10m, 2h or 1d',
  ],
  [
    'a duration has a longest one',
    job({timeout: '99999d'}),
    'jobs.scan.timeout: "99999d" is longer than 3650d; write 500ms, 30s, 10m, 2h or 1d',
  ],
  [
    'each duration of a list has it too',
    {alerting: {repeat: ['4h', '99999d']}},
    'alerting.repeat: a list has "99999d", which is longer than 3650d; write 500ms, 30s, 10m, 2h or 1d',
  ],
  [
    'each duration of a list is more than 0',
    {alerting: {repeat: ['4h', 0]}},
    'alerting.repeat[1]: 0 is too short; write more than 0',
  ],
  ['a time limit is more than 0', job({timeout: 0}), 'jobs.scan.timeout: 0 is too short; write more than 0'],
  ['a size has a form', {logs: {maxSize: 'big'}}, 'logs.maxSize: "big" is not a size; write 512kB, 10MB or 1GB'],
  [
    'a count has limits',
    job({retry: {maxAttempts: 0}}),
    'jobs.scan.retry.maxAttempts: 0 is not a whole number from 1 to 1000',
  ],
  [
    'a choice is one of the allowed words',
    job({overlap: 'queue'}),
    'jobs.scan.overlap: "queue" is unknown; write one of skip, wait, cancel-other, allow',
  ],
  [
    'a flag is true or false',
    job({quiet: 'yes'}),
    'jobs.scan.quiet: "yes" is neither true nor false; write one of them',
  ],
  ['a section is a map', {jobs: 'scan'}, 'jobs: "scan" must be a map of names'],
  ['the settings are a map', ['jobs'], 'the settings: a list must be a map of keys'],
  [
    'a job has a name that fits into a file name',
    {jobs: {'../x': {}}},
    'jobs["../x"]: the name is not valid; write a letter or digit, then up to 127 letters, digits or any of . _ : @ -',
  ],
  [
    'a schedule is checked field by field',
    job({schedule: '61 * * * *'}),
    'jobs.scan.schedule: "61 * * * *" has "61" as minute; write 0-59, * , lists, ranges or steps of them',
  ],
  [
    'a time zone exists',
    job({timezone: 'Europe/Berlinn'}),
    'jobs.scan.timezone: "Europe/Berlinn" is not a time zone; did you mean Europe/Berlin?',
  ],
  [
    'a pattern compiles',
    job({failures: {ours: ['(a']}}),
    'jobs.scan.failures.ours[0]: "(a" is not a pattern that can be searched: missing closing ): (a',
  ],
  [
    'a pattern uses no lookahead',
    job({failures: {ours: ['UW(?!T)']}}),
    'jobs.scan.failures.ours[0]: "UW(?!T)" is not a pattern that can be searched: it uses lookaround, which is not supported',
  ],
  [
    'a pattern of an output is checked too',
    job({outputs: [{files: 'x', contains: '(a)\\1'}]}),
    'jobs.scan.outputs[0].contains: "(a)\\\\1" is not a pattern that can be searched: it uses the back-reference \\1, which is not supported',
  ],
  [
    'a failure class has a plain name',
    job({failures: {'Our Own': 'x'}}),
    'jobs.scan.failures["Our Own"]: the name is not valid; write lower-case letters, digits and hyphens, as in uw-socket',
  ],
  [
    'a failure class has not the name of an outcome',
    job({failures: {failed: 'x'}}),
    'jobs.scan.failures.failed: is the name of an outcome; choose another',
  ],
  [
    'an exit code has a range',
    job({exitMap: {300: 'healthy'}}),
    'jobs.scan.exitMap.300: the name is not an exit code; write a number from 0 to 255',
  ],
  [
    'an exit code means an outcome',
    job({exitMap: {3: 'great'}}),
    'jobs.scan.exitMap.3: "great" is unknown; write one of healthy, degraded, unhealthy, failed',
  ],
  [
    'a glob stays in its folder',
    step({do: 'clear-locks', files: '../*.lock'}),
    'jobs.scan.recovery[0].files: "../*.lock" leaves its folder with ..; write the absolute path',
  ],
  [
    'a glob does not search the whole machine',
    step({do: 'clear-locks', files: ['/**/*.lock']}),
    'jobs.scan.recovery[0].files[0]: "/**/*.lock" searches the whole machine; begin with a folder',
  ],
  [
    'a glob does not begin with a tilde',
    job({outputs: [{files: '~/x'}]}),
    'jobs.scan.outputs[0].files: "~/x" begins with ~, which only a shell expands; write the absolute path',
  ],
  [
    'a step is one of the known steps',
    step({do: 'reboot'}),
    'jobs.scan.recovery[0].do: "reboot" is unknown; write one of clear-locks, restart, exec, alert, wait, verify',
  ],
  ['a step has its required fields', step({do: 'clear-locks'}), 'jobs.scan.recovery[0].files: is missing; add it'],
  [
    'a restart names a service',
    {...supervised, ...step({do: 'restart', service: 'wbe'})},
    'jobs.scan.recovery[0].service: "wbe" is not a known service; did you mean "web"?',
  ],
  [
    'a step names a known class',
    step({do: 'verify', when: 'rate-limt'}),
    'jobs.scan.recovery[0].when: "rate-limt" is not a known failure class or outcome; did you mean "rate-limit"?',
  ],
  [
    'a verification that polls has a deadline',
    step({do: 'verify', poll: '5s'}),
    'jobs.scan.recovery[0].poll: "5s" needs a deadline; add one, or remove poll to check once',
  ],
  [
    'an alert file has no folder',
    step({do: 'alert', file: '../x.txt'}),
    'jobs.scan.recovery[0].file: "../x.txt" is not a file name; write one without a folder',
  ],
  [
    'a service has the required fields of its manager',
    {services: {web: {manager: 'supervisor'}}},
    'services.web.program: is missing; add it',
  ],
  [
    'a command line is a list',
    job({command: 'cat x | sort'}),
    'jobs.scan.command: "cat x | sort" is a command line in one string; write a list: [program, argument, …], or add shell: true',
  ],
  [
    'a command for a shell is one string',
    job({command: ['echo', 'x'], shell: true}),
    'jobs.scan.command: is a list, but shell: true needs one string; write a string, or shell: false',
  ],
  [
    'a job is a script or a command',
    job({command: ['a'], script: 'b'}),
    'jobs.scan.command: cannot be combined with script; keep one of the two',
  ],
  [
    'a script belongs to one job',
    {jobs: {a: {script: 'x.py'}, b: {script: './x.py'}}},
    'jobs.b.script: "./x.py" is also the script of jobs.a; set different args, or use a command',
  ],
  [
    'a route names a channel',
    {alerting: {routes: [{to: 'ops'}]}},
    'alerting.routes[0].to: "ops" is not a known channel; there are none',
  ],
  [
    'a fallback is a channel',
    {channels: {ops: {...toFile, fallback: 'mial'}, mail: toFile}, ...routedTo('ops', 'mail')},
    'channels.ops.fallback: "mial" is not a known channel; did you mean "mail"?',
  ],
  [
    'a channel is used',
    {channels: {ops: toFile, old: toFile}, ...routedTo('ops')},
    'channels.old: gets nothing: no route and no fallback names it; add it to alerting.routes',
  ],
  [
    'a channel may send at least one message an hour',
    {alerting: {cap: 0}},
    'alerting.cap: 0 is not a whole number from 1 to 10000',
  ],
  ['quiet hours end', {alerting: {quietHours: [{from: '22:00'}]}}, 'alerting.quietHours[0].to: is missing; add it'],
  [
    'a port is one that fetch uses',
    {channels: {ops: {type: 'alertmanager', url: 'http://127.0.0.1:6667'}}},
    'channels.ops.url: has the port 6667, which fetch refuses; let the receiver listen on another one',
  ],
  [
    'also where the address may be a secret',
    {channels: {ops: {type: 'webhook', url: 'http://127.0.0.1:25/x'}}},
    'channels.ops.url: has the port 25, which fetch refuses; let the receiver listen on another one',
  ],
  [
    'an address has no login in it',
    {channels: {ops: {type: 'alertmanager', url: 'https://u:hunter2@alerts.example'}}},
    'channels.ops.url: is not an address; write https://host/path',
  ],
  [
    'a proxy is one of HTTP, and its login is not shown',
    {channels: {ops: {type: 'ntfy', topic: 't', proxy: 'socks5://u:hunter2@proxy.example:1080'}}},
    'channels.ops.proxy: is not the address of an HTTP proxy; write http://host:port',
  ],
  [
    'a login has a password',
    {channels: {ops: {type: 'alertmanager', url: 'https://alerts.example', user: 'guard'}}},
    'channels.ops.password: is missing; a login needs both',
  ],
  [
    'a login is by a password or by a token',
    {channels: {ops: {...manager, user: 'guard', password: {env: 'P'}, token: {env: 'T'}}}},
    'channels.ops.token: cannot be combined with user; keep one of the two',
  ],
  [
    'a breaker can open',
    {breakers: {targets: {api: {recentFailures: 9}}}},
    'breakers.targets.api.recentFailures: 9 is more than recentCalls (5), so the breaker would never open',
  ],
  [
    'a job that is run again after a crash says what to run',
    {jobs: {x: {onCrash: 'rerun'}}},
    'jobs.x.onCrash: "rerun" needs a script or a command, else guard does not know what to run',
  ],
  [
    'what can be resumed is not said by a word',
    {jobs: {x: {script: 'a.py', onCrash: 'resume'}}},
    'jobs.x.onCrash: "resume" is unknown; write one of rerun, leave',
  ],
  [
    'an OpenClaw id is complete',
    {openclaw: {jobs: {x: {id: '3a7f'}}}},
    'openclaw.jobs.x.id: "3a7f" is not an id; write the full UUID, as in `openclaw cron list --all`',
  ],
  [
    'an OpenClaw id belongs to one job',
    {openclaw: {jobs: {x: {id}, y: {id}}}},
    `openclaw.jobs.y.id: "${id}" is also the id of openclaw.jobs.x; each job has its own id`,
  ],
])('%s', async (_title, written, problem) => {
  expect(await problemsOf(written)).toEqual([problem])
})

test('a circle of fallbacks is said of each channel in it', async () => {
  const channels = {a: {...toFile, fallback: 'b'}, b: {...toFile, fallback: 'a'}, c: {...toFile, fallback: 'a'}}
  expect(await problemsOf({channels, ...routedTo('a', 'b', 'c')})).toEqual([
    'channels.a.fallback: "b" leads back to this channel; let the last one have no fallback',
    'channels.b.fallback: "a" leads back to this channel; let the last one have no fallback',
  ])
})

test('all problems of all kinds are reported at once', async () => {
  const written = {...job({timeout: 'x', script: 'a', recovery: [{do: 'restart', service: 'web'}]}), jbos: {}}
  expect((await problemsOf(written)).map((line) => line.split(': ')[0])).toEqual([
    'jobs.scan.timeout',
    'jbos',
    'jobs.scan.recovery[0].service',
  ])
})

test.each([
  {channels: {ops: {type: 'telegram', chat: '1', token: 'hunter2'}}},
  {channels: {ops: {type: 'slack', url: 'https://hooks.slack.com/hunter2'}}},
  {fleet: {postgres: 'postgres://guard:hunter2@db.example.org/guard'}},
  {channels: {ops: {type: 'webhook', url: {env: 'URL'}, headers: {Authorization: 'hunter2'}}}},
  {jobs: {scan: {env: {API_TOKEN: 'hunter2'}}}},
  {defaults: {env: {DB_PASSWORD: 'hunter2'}}},
  {openclaw: {env: {OPENCLAW_GATEWAY_TOKEN: 'hunter2'}}},
])('a secret in plain text is refused, and the message does not contain it: %j', async (written) => {
  const [problem, ...others] = await problemsOf(written)
  expect(problem).toContain('write {env: NAME} or {file: PATH}')
  expect(problem).not.toContain('hunter2')
  expect(others).toEqual([])
})

test('a variable whose name only resembles that of a secret may be plain text', async () => {
  expect(await problemsOf(job({env: {TOKEN_FILE: '/run/token', MAX_TOKENS: '5'}}))).toEqual([])
})
