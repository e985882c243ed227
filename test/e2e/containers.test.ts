import {existsSync, readFileSync, utimesSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {startReady} from '../support/child.js'
import {inContainer, noNamespaces, withMounts} from '../support/namespaces.js'
import {asOrdinaryUser, createSandbox, type Sandbox, until} from '../support/sandbox.js'

const title = (text: string) => `${text}${noNamespaces ? ` (skipped: needs ${noNamespaces})` : ''}`

function backdate(path: string): string {
  const seconds = Date.now() / 1000 - 3600
  utimesSync(path, seconds, seconds)
  return path
}

const onHost = (line: string) => line
const places = [
  {holder: 'a container', first: inContainer, other: 'another container', second: inContainer},
  {holder: 'a container', first: inContainer, other: 'the machine', second: onHost},
  {holder: 'the machine', first: onHost, other: 'a container', second: inContainer},
] as const

/** Starts a line of shell that prints `ready` and then stays. */
async function startLine(box: Sandbox, line: string) {
  const running = box.startSh(line)
  await until(() => running.stdout().includes('ready'), 'it is ready')
  return running
}

/** A shell that holds the lease of `job` by its pid, in the numbers of the place where it runs. */
const holdByPid = 'guard lease acquire job --ttl 10m --pid $$ && echo ready && exec sleep 300'
const acquire = 'guard lease acquire job --ttl 1m'

describe.skipIf(noNamespaces !== undefined)(title('locks and leases across containers'), () => {
  test.each(places)('a lease by a pid in $holder is not freed from $other', async ({first, second}) => {
    const box = createSandbox()
    await startLine(box, first(holdByPid))
    expect(await box.sh(second(acquire))).toMatchObject({code: 75})
    expect(await box.sh(second('guard watchdog'))).toMatchObject({code: 0})
    expect(await box.sh(second(acquire))).toMatchObject({code: 75})
    expect(box.journal('leases.jsonl').filter(({kind, job}) => kind === 'claimed' && job === 'job')).toHaveLength(1)
  })

  test.each(places)(
    'a run in $holder is neither repeated nor interrupted from $other, even once it is gone',
    async ({first, second}) => {
      const box = createSandbox()
      const run = await startLine(
        box,
        first('exec guard run --job job --ttl 10m -- sh -c "echo ready \\$\\$; exec sleep 300"'),
      )
      const again = second('guard run --job job -- true')
      const round = second('guard watchdog')
      expect(await box.sh(again)).toMatchObject({code: 75})
      await box.sh(round)
      run.kill('SIGKILL')
      // With a container its processes end, and on the machine the job outlives its guard.
      if (first === onHost) process.kill(Number(run.stdout().replace('ready ', '')), 'SIGKILL')
      await run.ended
      expect(await box.sh(again)).toMatchObject({code: 75})
      await box.sh(round)
      expect(box.journal('runs.jsonl').map(({kind}) => kind)).not.toContain('interrupted')
    },
  )

  test('a record names the machine outside a container alone, and a process its pid namespace', async () => {
    const box = createSandbox()
    const hold = (job: string) => `guard lease acquire ${job} --ttl 1m --pid $$; readlink /proc/self/ns/pid`
    const outside = await box.sh(hold('outside'))
    const inside = await box.sh(inContainer(hold('inside')))
    const [one, other] = box.journal('leases.jsonl').filter(({kind}) => kind === 'claimed')
    const pidns = ({stdout}: {stdout: string}) => Number(/\[(\d+)\]/.exec(stdout)?.[1])
    expect([one, other]).toMatchObject([{process: {pidns: pidns(outside)}}, {process: {pidns: pidns(inside)}}])
    expect(other).not.toHaveProperty('machine')
    if (existsSync('/etc/machine-id'))
      expect(one).toMatchObject({machine: readFileSync('/etc/machine-id', 'utf8').trim()})
  })

  test('in one container a lease is free as soon as its process is gone', async () => {
    const box = createSandbox()
    const line = `sh -c 'guard lease acquire job --ttl 10m --pid $$'; ${acquire}`
    expect(await box.sh(inContainer(line))).toMatchObject({code: 0, stdout: '1\n2\n'})
  })

  test('locks held outside a container are not cleared inside it', async () => {
    const box = createSandbox()
    const flocked = backdate(box.write('data/flock.lock', ''))
    const controlled = backdate(box.write('data/fcntl.lock', ''))
    const free = backdate(box.write('data/free.lock', ''))
    const folder = backdate(box.write('data/dir.lock/pid', '4194304\n'))
    const owner = await startReady('sh', '-c', 'echo ready; exec sleep 300')
    const named = backdate(box.write('data/named.lock', `${owner.pid}\n`))
    await startReady('flock', flocked, 'sh', '-c', 'echo ready; sleep 300')
    const lock = `import fcntl, time; f = open('${controlled}', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX)`
    await startReady('python3', '-c', `${lock}; print('ready', flush=True); time.sleep(300)`)
    const ended = await box.sh(inContainer("guard locks clear 'data/*.lock' --json"))
    const {cleared, locks} = JSON.parse(ended.stdout)
    const verdicts = Object.fromEntries(locks.map((each: {path: string; verdict: string}) => [each.path, each.verdict]))
    expect(verdicts).toEqual({
      [flocked]: 'held',
      [controlled]: 'held',
      [free]: 'stale',
      [named]: 'kept',
      [folder.replace(/\/pid$/, '')]: 'kept',
    })
    expect(cleared).toEqual([free])
  })

  test('a living process keeps its lease whatever the boot id says', async () => {
    const box = createSandbox()
    await startLine(box, holdByPid)
    const id = box.write('boot_id', '00000000-0000-4000-8000-000000000000\n')
    const faked = withMounts(`mount --bind ${id} /proc/sys/kernel/random/boot_id`, acquire)
    expect(await box.sh(faked)).toMatchObject({code: 75})
  })

  const shifted = (line: string) =>
    `exec unshare --time --fork --kill-child --boottime 100000 --monotonic 100000 sh -c '${line}'`
  test.each([
    ['outside', onHost, shifted],
    ['inside', shifted, onHost],
  ])('a process keeps its lease and its time %s a time namespace', async (_where, first, second) => {
    const box = createSandbox()
    await startLine(box, first(holdByPid))
    expect(await box.sh(second(acquire))).toMatchObject({code: 75})
    const {stdout} = await box.sh(second('guard lease list --json'))
    expect(JSON.parse(stdout)).toMatchObject({leases: [{job: 'job', state: 'held'}]})
  })

  test('a limit ends what has left the session of its job in a time namespace too', async () => {
    const box = createSandbox()
    box.write('job.sh', 'setsid sh -c "trap \\"echo asked > asked; exit\\" TERM; sleep 300 & wait" & wait\n')
    // Three shells begin one after the other before the last one heeds TERM.
    const line = 'guard run --job j --timeout 4s --kill-after 20s job.sh'
    const {code, stderr} = await box.sh(shifted(line))
    expect([code, stderr]).toEqual([124, expect.stringContaining('timed out after 4s')])
    expect(existsSync(box.path('asked'))).toBe(true)
  })

  test('a run keeps its lease in a container that shows the /proc of the machine', async () => {
    const box = createSandbox()
    const foreign = (line: string) => `exec unshare --pid --fork --kill-child sh -c '${line}'`
    await startLine(box, foreign('guard run --job job --ttl 10m -- sh -c "echo ready; exec sleep 300"'))
    expect(await box.sh('guard run --job job -- true')).toMatchObject({code: 75})
    expect(await box.sh(foreign('guard run --job job -- true'))).toMatchObject({code: 75})
    expect(await box.sh(foreign('guard run --job other -- sh -c "exit 3"'))).toMatchObject({code: 3})
    expect(await box.sh(inContainer('guard run --job job -- true'))).toMatchObject({code: 75})
  })

  test('a process that /proc hides keeps its lease', async () => {
    const box = createSandbox()
    const owner = await startReady('sh', '-c', 'echo ready; exec sleep 300')
    const hold = `guard lease acquire job --ttl 10m --pid ${owner.pid}`
    expect(await box.sh(asOrdinaryUser(box, hold))).toMatchObject({code: 0})
    const hidden = (line: string) => withMounts('mount -t proc -o hidepid=2 proc /proc', asOrdinaryUser(box, line))
    expect(await box.sh(hidden(acquire))).toMatchObject({code: 75})
    const other = await box.sh(hidden(hold.replace('job', 'other')))
    expect(other).toMatchObject({code: 0, stderr: expect.stringContaining('/proc does not show process')})
  })
})

test('a lock older than its owner is kept if the name of the owner fits', async () => {
  const box = createSandbox()
  const program = box.write('nightly-backup', '#!/bin/sh\necho ready\nsleep 300\n', 0o755)
  const owner = await startReady(program)
  const named = backdate(box.write('data/backup.lock', `${owner.pid}\n`))
  const other = backdate(box.write('data/report.lock', `${owner.pid}\n`))
  const {stdout} = await box.guard('locks', 'clear', 'data/*.lock', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    cleared: [other],
    locks: expect.arrayContaining([expect.objectContaining({path: named, verdict: 'kept'})]),
  })
})
