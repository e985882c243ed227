import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {noCronMachine, onCronMachine, rightVariables, startCronThere} from '../support/cron-machine.js'
import {readProc} from '../support/processes.js'
import {isAlive, type Running, type Sandbox, until} from '../support/sandbox.js'
import {schedulerBox, untilRecords} from '../support/scheduler.js'
import {inTerminal} from '../support/terminal.js'

const idle = "idle: {command: ['true'], schedule: '0 0 1 1 *'}"
const busy = "tick: {command: ['true'], schedule: '@every 1s'}"

const logOf = (box: {stateDir: string}) => readFileSync(`${box.stateDir}/logs/scheduler.log`, 'utf8')

test('a start returns once the scheduler has its lease, its pid file and its first heartbeat', async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  expect(readFileSync(`${box.stateDir}/scheduler.pid`, 'utf8')).toBe(`${pid}\n`)
  expect(statSync(`${box.stateDir}/scheduler.pid`).mode & 0o777).toBe(0o600)
  expect(box.records('heartbeat')).toHaveLength(1)
  const lease = box.journal('leases.jsonl').find((record) => record['job'] === 'guard-scheduler')
  expect(lease).toMatchObject({kind: 'claimed', process: {pid}})
  // A session of its own: field 6 of proc(5).
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[3]).toBe(String(pid))
})

test('the scheduler, its runs and its successor take the state directory as the start does', {
  timeout: 60_000,
}, async () => {
  const flag = '--allow-unsafe-filesystem'
  const box = schedulerBox(busy.replace("['true']", "[sh, -c, 'tr \\\\0 \\\\n < /proc/$PPID/cmdline > seen']"))
  const wordsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  expect((await box.guard('scheduler', 'start', flag)).code).toBe(0)
  expect(wordsOf(box.living()[0] ?? 0)).toContain(flag)
  await until(() => existsSync(box.path('seen')) && readFileSync(box.path('seen'), 'utf8').includes(flag), 'a run')
  expect((await box.guard('scheduler', 'unit', flag)).stdout).toContain(` ${flag}\n`)
  expect((await box.guard('scheduler', 'restart')).code).toBe(0)
  expect(wordsOf(box.living()[0] ?? 0)).not.toContain(flag)
})

test('status tells a running scheduler (0) from a stopped (3), a dead (1) and one that never was (3)', async () => {
  const box = schedulerBox(idle)
  expect(await box.status()).toMatchObject({code: 3, json: {state: 'stopped'}})
  const pid = await box.begin()
  expect(await box.status()).toMatchObject({
    code: 0,
    json: {state: 'running', pid, isLate: false, running: [], queued: [], next: [{job: 'idle'}]},
  })
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(pid), 'its end')
  expect(await box.status()).toMatchObject({code: 1, json: {state: 'dead'}})
  const text = await box.guard('scheduler', 'status')
  expect(text.stdout).toMatch(/^dead: it did not say that it stops/)
  await box.begin()
  expect((await box.guard('scheduler', 'stop')).code).toBe(0)
  expect(await box.status()).toMatchObject({code: 3, json: {state: 'stopped', stopped: {reason: 'SIGTERM'}}})
  expect(existsSync(`${box.stateDir}/scheduler.pid`)).toBe(false)
})

test('to start a running scheduler, and to stop a stopped one, changes nothing and succeeds', async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  expect(await box.guard('scheduler', 'start')).toMatchObject({
    code: 0,
    stdout: `the scheduler runs already, pid ${pid}\n`,
  })
  expect(await box.guard('scheduler', 'stop')).toMatchObject({code: 0})
  expect(await box.guard('scheduler', 'stop')).toMatchObject({code: 0, stdout: 'the scheduler does not run\n'})
})

const firstThreadEnds = `
import ctypes, os, threading, time
def wait():
    while not os.path.exists("end"): time.sleep(0.05)
threading.Thread(target=wait).start()
ctypes.CDLL(None).pthread_exit(None)
`

test('a start waits for a scheduler that was killed and whose threads have not all ended', async () => {
  const box = schedulerBox(idle)
  const killed = await box.begin()
  const startOf = (pid: number) => readProc(pid, 'stat').replace(/.*\) /, '').split(' ')[19]
  const refOf = (pid: number) => `"pid":${pid},"start":"${startOf(pid)}"`
  const ref = refOf(killed)
  process.kill(killed, 'SIGKILL')
  await until(() => !isAlive(killed), 'its end')
  const ending = box.startSh('exec python3 -c "$CODE"', {env: {CODE: firstThreadEnds}})
  await until(() => readProc(ending.pid, 'stat').includes(') Z '), 'the end of its first thread')
  const leases = readFileSync(`${box.stateDir}/leases.jsonl`, 'utf8')
  writeFileSync(`${box.stateDir}/leases.jsonl`, leases.replace(ref, refOf(ending.pid)))
  expect(await box.status()).toMatchObject({code: 0, json: {pid: ending.pid}})
  const begun = box.begin()
  // So that the start finds it, as far as the machine lets it by then.
  setTimeout(() => box.write('end', ''), 500)
  expect([killed, ending.pid]).not.toContain(await begun)
})

test('of twenty starts at once one daemon comes, and all of them succeed', {timeout: 120_000}, async () => {
  const box = schedulerBox(idle)
  const ended = await Promise.all(Array.from({length: 20}, () => box.guard('scheduler', 'start')))
  expect(ended.filter(({code}) => code !== 0)).toEqual([])
  expect(box.living()).toHaveLength(1)
  expect(box.records('started')).toHaveLength(1)
})

test('a second scheduler in the foreground is refused with the holder', async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  const second = await box.guard('scheduler', 'run')
  expect(second.code).toBe(75)
  expect(second.stderr).toContain(`guard-scheduler is held by`)
  expect(second.stderr).toContain(`:${pid} `)
})

test('a scheduler that does not heed TERM is killed after 5 s, and a killed one counts as stopped', {
  timeout: 30_000,
}, async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  process.kill(pid, 'SIGSTOP')
  const stopped = await box.guard('scheduler', 'stop')
  expect(stopped).toMatchObject({code: 0})
  expect(stopped.stdout).toContain('been killed')
  expect(isAlive(pid)).toBe(false)
  expect((await box.status()).code).toBe(3)
})

test('a pid file that names another process ends nothing', async () => {
  const box = schedulerBox(idle)
  const bystander = box.startSh('exec sleep 60')
  await box.guard('scheduler', 'stop')
  const pid = await box.begin()
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(pid), 'its end')
  writeFileSync(`${box.stateDir}/scheduler.pid`, `${bystander.pid}\n`)
  expect((await box.guard('scheduler', 'stop')).stdout).toBe('the scheduler does not run\n')
  expect(isAlive(bystander.pid)).toBe(true)
  expect(existsSync(`${box.stateDir}/scheduler.pid`)).toBe(false)
})

test('jobs live on when the scheduler stops, and --jobs ends them too', {timeout: 60_000}, async () => {
  const box = schedulerBox(`long: {command: [sleep, '300'], schedule: '@every 1s', killAfter: 1s}`)
  await box.begin()
  await untilRecords(() => box.runs('started'), 1, 'run')
  await box.guard('scheduler', 'stop')
  expect(box.runs('ended')).toHaveLength(0)
  await box.begin()
  expect((await box.status()).json['running']).toMatchObject([{job: 'long'}])
  const stopped = await box.guard('scheduler', 'stop', '--jobs')
  expect(stopped.stdout).toContain('ended: long')
  expect(box.runs('ended')).toMatchObject([{outcome: 'killed'}])
})

test('a restart puts another process in its place', async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  const again = await box.guard('scheduler', 'restart', '--json')
  expect(again.code).toBe(0)
  expect(box.living()).toEqual([(JSON.parse(again.stdout) as {pid: number}).pid])
  expect(box.living()).not.toContain(pid)
})

test('settings that cannot be used, or none, refuse the start with 78', async () => {
  const box = schedulerBox(idle)
  writeFileSync(box.path('.guardianrc'), 'jobs: [')
  const broken = await box.guard('scheduler', 'start')
  expect(broken).toMatchObject({code: 78})
  expect(broken.stderr).toContain('.guardianrc cannot be loaded')
  rmSync(box.path('.guardianrc'))
  expect(await box.guard('scheduler', 'start')).toMatchObject({code: 78})
  expect(box.living()).toEqual([])
})

test('a daemon that cannot begin is told with what it has printed since this start, and nothing is left', async () => {
  const box = schedulerBox(idle)
  await box.begin()
  await box.guard('scheduler', 'stop')
  // A folder in the place of the pid file.
  await box.sh('mkdir -p state/scheduler.pid.new/x')
  const failed = await box.guard('scheduler', 'start')
  expect(failed.code).toBe(70)
  expect(failed.stderr).toMatch(/the scheduler ended before it was ready, with exit code \d+/)
  expect(failed.stderr).toContain('scheduler.pid.new')
  expect(failed.stderr).not.toContain('stopped by')
  expect(box.living()).toEqual([])
})

test('it outlives the terminal in which it was started', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  expect((await inTerminal(box, 'guard scheduler start')).code).toBe(0)
  const before = box.runs('started').length
  await untilRecords(() => box.runs('started'), before + 2, 'runs after the terminal closed')
  expect(box.living()).toHaveLength(1)
})

test('in the foreground it outlives its terminal, which sends HUP', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  await inTerminal(box, 'guard scheduler run & while [ ! -s state/scheduler.pid ]; do sleep 0.05; done')
  const before = box.runs('started').length
  await untilRecords(() => box.runs('started'), before + 2, 'runs after the terminal closed')
  expect(box.living()).toHaveLength(1)
})

test('it outlives the reader of its output', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  box.startSh('guard scheduler run 2>&1 | (head -n 1 > first; : > over)')
  await until(() => existsSync(box.path('over')), 'the end of head')
  await untilRecords(() => box.runs('started'), 2, 'runs')
  // A line that nobody reads.
  box.settings("tick: {command: ['true'], schedule: '@every 2s'}")
  await untilRecords(() => box.records('reloaded'), 1, 'reload')
  const before = box.runs('started').length
  await untilRecords(() => box.runs('started'), before + 1, 'runs after that line')
  expect(box.living()).toHaveLength(1)
})

test('a reader that does not read does not stop it', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  box.startSh('guard scheduler run 2>&1 | sleep 300')
  await until(() => box.living().length === 1, 'the scheduler')
  for (let turn = 1; turn <= 3; turn++) process.kill(box.living()[0] ?? 0, 'SIGHUP')
  await untilRecords(() => box.records('reloaded'), 1, 'reload')
  const before = box.runs('started').length
  await untilRecords(() => box.runs('started'), before + 1, 'runs')
})

test('a start piped to head returns, and leaves a daemon', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  expect(await box.sh('guard scheduler start | head -n 1')).toMatchObject({code: 0})
  await untilRecords(() => box.runs('started'), 1, 'run')
})

test('it is started by a process that ends at once', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  await box.sh('setsid -f sh -c "guard scheduler start" </dev/null >/dev/null 2>&1')
  await untilRecords(() => box.runs('started'), 1, 'run')
  expect(box.living()).toHaveLength(1)
})

/**
 * Looks every 2 ms for the process that does the start-up work, for it lasts for some 20 ms: among new processes alone, and
 * before all others that want the processor.
 */
const signalRecover = `
import os, signal, sys, time
place, name = sys.argv[1:]
try:
    os.nice(-20)
except PermissionError:
    pass
old = set(os.listdir("/proc"))
print("ready", flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    for pid in filter(str.isdigit, set(os.listdir("/proc")) - old):
        try:
            words = open(f"/proc/{pid}/cmdline").read().split("\\0")
            # The launcher, and none of the shells that it starts for a moment in its name.
            if "recover" in words and place in words and os.getsid(int(pid)) == int(pid):
                sys.exit(os.kill(int(pid), signal.Signals["SIG" + name]))
        except OSError:
            pass
    time.sleep(0.002)
sys.exit(1)
`

/** Sends it a signal as soon as it is there. @returns once it is looked for */
async function signalStartUp(box: Sandbox, signal: string): Promise<Running> {
  box.write('find.py', signalRecover)
  const running = box.startSh(`exec python3 find.py ${box.stateDir} ${signal}`)
  await until(() => running.stdout() !== '', 'the look at the processes')
  return running
}

test.skipIf(noCronMachine !== undefined)(
  `it is started by cron, and outlives it${noCronMachine === undefined ? '' : ` (needs ${noCronMachine})`}`,
  {timeout: 90_000},
  async () => {
    const box = schedulerBox(busy)
    const runs = (count: number) =>
      `until [ "$(grep -c '"kind":"started"' state/runs.jsonl)" -ge ${count} ]; do sleep 0.1; done`
    const line = `${startCronThere}; ${runs(1)} 2>/dev/null; kill $!; ${runs(4)}; guard scheduler status; guard scheduler stop`
    const crontab = `${rightVariables(box)}@reboot cd ${box.dir} && guard scheduler start\n`
    const ended = await onCronMachine(box, line, {crontab})
    expect(ended.stdout).toMatch(/^running, pid \d+/m)
    expect(ended.code).toBe(0)
  },
)

test('start-up work that fails does not end it', {timeout: 60_000}, async () => {
  const box = schedulerBox(busy)
  const finder = await signalStartUp(box, 'KILL')
  const pid = await box.begin()
  expect(await finder.ended).toMatchObject({code: 0, stderr: ''})
  await until(() => logOf(box).includes('guard recover has ended with exit code 137'), 'its end')
  await untilRecords(() => box.runs('started'), 1, 'run')
  expect(box.living()).toEqual([pid])
})

test('start-up work that never ends is ended, and the slots do not wait for it', {timeout: 90_000}, async () => {
  const box = schedulerBox(busy)
  const finder = await signalStartUp(box, 'STOP')
  const pid = await box.begin()
  expect(await finder.ended).toMatchObject({code: 0, stderr: ''})
  await untilRecords(() => box.runs('started'), 2, 'runs meanwhile')
  expect(logOf(box)).not.toContain('guard recover')
  await until(() => logOf(box).includes('guard recover was ended'), 'its end', 60_000)
  expect(box.living()).toEqual([pid])
})

test('unit prints a service that systemd takes, and an entry of process-compose', async () => {
  const box = schedulerBox(idle)
  const unit = await box.guard('scheduler', 'unit')
  expect(unit.code).toBe(0)
  box.write('guard-scheduler.service', unit.stdout)
  const verified = await box.sh('systemd-analyze verify --man=no ./guard-scheduler.service')
  expect(verified).toMatchObject({code: 0, stderr: ''})
  expect(unit.stdout).toMatch(/^Type=exec$/m)
  expect(unit.stdout).toMatch(/^KillMode=process$/m)
  expect(unit.stdout).toMatch(/^Restart=on-failure$/m)
  const entry = await box.guard('scheduler', 'unit', '--process-compose')
  expect(entry.stdout).toContain('  guard-scheduler:\n    command: "')
  rmSync(box.path('.guardianrc'))
  expect((await box.guard('scheduler', 'unit')).code).toBe(78)
})
