import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from './support/sandbox.js'

/** The page for people who come from guardian_wrapper.sh: what it says is run. */

const page = readFileSync(join(import.meta.dirname, '../docs/moving-from-guardian-wrapper.md'), 'utf8')

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? ''
}

/** The rows of the tables of a section, without their headings. */
function rows(section: string): readonly (readonly string[])[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? ''
  return text
    .split('\n')
    .filter(
      (line, index, lines) => line.startsWith('|') && !line.startsWith('|---') && !lines[index + 1]?.startsWith('|---'),
    )
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    )
}

function spans(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? '')
}

const spansOf = (section: string, column: number) => rows(section).map((row) => spans(row[column])[0] ?? '')

const env = {GUARD_STATE_DIR: ''}

/** Reports what the broken-* files say; a restart of the service takes its file away. */
const check = `import os, sys
if os.path.exists('broken-uw'):
    print('UW flow: connection_error'); sys.exit(2)
if os.path.exists('broken-sip'):
    print('Alpaca: SIP feed delay of 30 s'); sys.exit(1)
print('all is well')
`

const processCompose = `#!/bin/sh
cd "$(dirname "$0")/.."
n=$(cat restarts 2> /dev/null || echo 100)
if [ "$2" = restart ]; then
  echo $((n + 1)) > restarts
  case $3 in uw-daemon) rm -f broken-uw ;; trading-bot) rm -f broken-sip ;; esac
else
  state='"status": "Running", "is_running": true, "exit_code": 0'
  echo "[{\\"name\\": \\"uw-daemon\\", $state, \\"pid\\": $n}, {\\"name\\": \\"trading-bot\\", $state, \\"pid\\": $n}]"
fi
`

/** The folder of the old guide, with the settings of the page. */
function stockBot(): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc', block('yaml'))
  box.write('pre_market_health_check.py', check)
  box.write('friday_eow_audit.py', 'print("audited")\n')
  box.write('test_unhealthy.py', 'import sys\nprint("Simulating unhealthy state")\nsys.exit(2)\n')
  box.write('bin/process-compose', processCompose, 0o755)
  mkdirSync(box.path('logs'))
  mkdirSync(box.path('state'))
  return box
}

describe('each old line', () => {
  test('is the new one with guard in place of the wrapper', () => {
    const lines = [...rows('Installation').slice(1, 2), ...rows('Usage')]
    expect(lines.length).toBeGreaterThan(3)
    for (const [old, now] of lines) {
      expect(spans(now)[0]).toBe(spans(old)[0]?.replace('bash guardian_wrapper.sh', 'guard run'))
    }
  })

  test('of the crontab runs', async () => {
    const box = stockBot()
    const line = spansOf('Installation', 1)[1] ?? ''
    const command = line.replace(/^(\S+ ){5}/, '').replace('/root/stock-bot', box.dir)
    expect(command).not.toBe(line)
    expect(await box.sh(command, {env})).toMatchObject({code: 0, stdout: '', stderr: ''})
    expect(readFileSync(box.path('logs/pre_market.log'), 'utf8')).toBe('all is well\n')
  })

  test('of a shell runs, and exits as its script', async () => {
    const box = stockBot()
    const codes: (number | null)[] = []
    for (const line of spansOf('Usage', 1)) codes.push((await box.sh(line, {env})).code)
    expect(codes).toEqual([0, 0, 2])
  })
})

test('the settings of the page are right', async () => {
  const box = stockBot()
  const {code, stdout, stderr} = await box.sh('guard config check', {env})
  expect([code, stderr], stdout).toEqual([0, ''])
})

test('after a recovery every old log is there, every old grep finds what it names, and every new command runs', async () => {
  const box = stockBot()
  const long = new Date(Date.now() - 3_600_000)
  utimesSync(box.write('state/uw.lock', '4194301\n'), long, long)
  for (const broken of ['broken-uw', 'broken-sip']) {
    box.write(broken, '')
    expect((await box.sh('guard run pre_market_health_check.py', {env})).code).toBe(0)
  }

  for (const name of spansOf('Logs', 1)) {
    const form = new RegExp(
      `^${name.replace('logs/', '').replace('<job>', 'pre_market_health_check').replace('<timestamp>', '\\d{8}_\\d{6}')}$`,
    )
    expect(
      readdirSync(box.path('logs')).filter((file) => form.test(file)),
      name,
    ).toHaveLength(1)
  }

  const found: Record<string, readonly string[]> = {}
  for (const line of block('sh').trim().split('\n')) {
    const {stdout} = await box.sh(line, {env})
    found[line] = stdout.split('\n').filter(Boolean)
  }
  const [recent, recovery, alerts, exitCodes, triggered, locks] = Object.values(found) as string[][]
  expect(recent?.at(0)).toMatch(/pre_market_health_check started/)
  expect(recovery).toEqual([
    expect.stringContaining('Recovery triggered: unhealthy (uw-socket), UW flow: connection_error'),
    expect.stringMatching(/Recovery step clear-locks: ok, cleared 1 /),
    expect.stringMatching(/Recovery step restart uw-daemon: ok/),
    expect.stringMatching(/Recovery step wait: ok/),
    expect.stringMatching(/Recovery step verify: ok, healthy/),
    expect.stringContaining('Recovery triggered: degraded (alpaca-sip), Alpaca: SIP feed delay of 30 s'),
    expect.stringMatching(/Recovery step clear-locks: ok/),
    expect.stringMatching(/Recovery step alert: ok, .*alpaca_sip_alert_/),
    expect.stringMatching(/Recovery step restart trading-bot: ok/),
    expect.stringMatching(/Recovery step wait: ok/),
    expect.stringMatching(/Recovery step verify: ok, healthy/),
  ])
  expect(alerts).toEqual([expect.stringContaining('logs/alpaca_sip_alert_')])
  expect(exitCodes).toEqual(Array(2).fill(expect.stringMatching(/ended healthy, recovered, exit code 0,/)))
  expect(triggered).toHaveLength(2)
  expect(locks).toEqual([])
  expect(existsSync(box.path('state/uw.lock'))).toBe(false)

  const cells = [...rows('Monitoring').map((row) => row[1]), ...rows('Troubleshooting').map((row) => row[1])]
  const commands = cells.flatMap(spans).filter((span) => span.includes(' ') && !span.startsWith('crontab'))
  expect(commands.length).toBeGreaterThan(8)
  for (const command of commands) {
    const {code, stderr} = await box.sh(command, {env})
    // Whether the machine has disk and memory left is not the matter here.
    const codes = command === 'guard health' ? [0, 1, 2] : [0]
    expect([command, codes.includes(code ?? -1), stderr]).toEqual([command, true, ''])
  }
}, 240_000)
