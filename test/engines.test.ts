import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {endedByTerm} from './support/job-cgroup.js'
import {createSandbox, type Ended, filesIn, guardBins} from './support/sandbox.js'

/** guard is built once and runs on every Node that package.json promises. `scripts/test-nodes.sh` gets them from npm. */
const majors = [20, 22, 24, 26] as const
const folder = process.env['GUARD_NODES_DIR'] ?? join(tmpdir(), 'guard-nodes')

const binOf = (major: number) => join(folder, `node_modules/node-${major}/bin`)

const guardBin = guardBins.node

/** guard as npm links it: the first Node on the path runs it. */
function guardUnder(major: number) {
  const box = createSandbox()
  const env = {PATH: `${binOf(major)}:/usr/bin:/bin`, GUARD_NODE: ''}
  const guard = (line: string): Promise<Ended> => box.sh(`'${guardBin}' ${line}`, {env})
  return {box, guard}
}

const silent = {signal: null, stderr: ''}

const isThere = (major: number) => existsSync(join(binOf(major), 'node'))

test.skipIf(!isThere(20))('the oldest Node of these tests is the oldest that package.json promises', async () => {
  const {engines} = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  const {stdout} = await createSandbox().sh(`'${binOf(20)}/node' --version`)
  expect(`>=${stdout.slice(1)}`).toBe(`${engines.node}.0\n`)
})

describe.each(majors)('on Node %i', (major) => {
  const here = test.skipIf(!isThere(major))

  here('every kind of command does its work and warns of nothing', async () => {
    const {box, guard} = guardUnder(major)
    box.write('.guardianrc.yaml', 'jobs: {tick: {command: ["true"], schedule: "* * * * *"}}\n')
    expect(await guard('--version')).toMatchObject({
      ...silent,
      code: 0,
      stdout: expect.stringContaining(`node-v${major}.`),
    })
    expect(await guard('run --help')).toMatchObject({...silent, code: 0})
    expect(await guard('config check')).toMatchObject({...silent, code: 0})
    expect(await guard('run tick')).toMatchObject({...silent, code: 0, stdout: ''})
    expect(await guard('run --job j --shell "echo out; exit 3"')).toMatchObject({...silent, code: 3, stdout: 'out\n'})
    expect(await guard('logs j')).toMatchObject({...silent, code: 0, stdout: 'out\n'})
    expect(await guard('history j')).toMatchObject({...silent, code: 0, stdout: expect.stringContaining('exit 3')})
    const {stdout: token, ...acquired} = await guard('lease acquire mine --ttl 5m')
    expect(acquired).toMatchObject({...silent, code: 0})
    expect(await guard(`lease release mine --token ${token.trim()}`)).toMatchObject({...silent, code: 0})
    expect(await guard('retry -- true')).toMatchObject({...silent, code: 0})
    expect(await guard('breaker list')).toMatchObject({...silent, code: 0})
    expect(await guard('locks list "*.lock"')).toMatchObject({...silent, code: 0})
    expect(await guard('watchdog')).toMatchObject({...silent, code: 0})
    // Its exit code tells of the machine.
    expect(await guard('health')).toMatchObject(silent)
  })

  here('a job that passes its limit is ended with all that it started', async () => {
    const {guard} = guardUnder(major)
    const {code, stderr} = await guard('run --timeout 200ms --job slow -- sh -c "sleep 60 & sleep 60"')
    expect(code).toBe(124)
    expect(stderr).toBe(`guard: slow: timed out after 200ms; ${endedByTerm}\n`)
  })

  const canExitAmidWrite = major >= 22

  here(
    'a signal ends guard though the reader of its output does not read; from Node 22 on with the code of the job',
    async () => {
      const {box, guard} = guardUnder(major)
      const isEnded = `grep -qs '"ended"' state/runs.jsonl`
      const reader = `until ${isEnded}; do sleep 0.05; done; kill -TERM $(cat guard); while kill -0 $(cat guard); do sleep 0.05; done`
      await box.sh('mkfifo pipe')
      const reading = box.startSh(`{ ${reader}; } < pipe`)
      const job = 'echo $PPID > guard; yes | head -c 2000000; exit 3'
      expect((await guard(`run --job j -- sh -c '${job}' > pipe; echo $?`)).stdout).toBe(
        canExitAmidWrite ? '3\n' : '143\n',
      )
      await reading.ended
      expect(filesIn(box.path('state/spool'))).toEqual([])
    },
  )

  const hasCompileCache = major >= 22

  here('compiled code is kept in a folder of its own, where Node can keep it and only the user may write', async () => {
    const {box, guard} = guardUnder(major)
    const folder = box.path('home/.cache/guard/node')
    await guard('run -- true')
    expect(existsSync(folder)).toBe(hasCompileCache)
    if (!hasCompileCache) return
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    // That of the whole run, which is by far the largest.
    const sizes = readdirSync(folder, {recursive: true, withFileTypes: true}).map(
      ({parentPath, name}) => statSync(join(parentPath, name)).size,
    )
    expect(Math.max(...sizes)).toBeGreaterThan(100_000)
    rmSync(folder, {recursive: true})
    chmodSync(box.path('home/.cache/guard'), 0o777)
    expect(await guard('run -- true')).toMatchObject({...silent, code: 0})
    expect(existsSync(folder)).toBe(false)
  })

  here('without a home no compiled code is kept, wherever the environment says', async () => {
    const {box} = guardUnder(major)
    const env = {PATH: `${binOf(major)}:/usr/bin:/bin`, GUARD_NODE: '', NODE_COMPILE_CACHE: box.path('elsewhere')}
    expect(await box.sh(`unset HOME; '${guardBin}' run -- true`, {env})).toMatchObject({...silent, code: 0})
    expect(existsSync(box.path('elsewhere'))).toBe(false)
    expect(filesIn(box.path('home'))).toEqual([])
  })

  here('a script in TypeScript runs, or is refused with a way out', async () => {
    const {box, guard} = guardUnder(major)
    box.write('job.ts', 'const text: string = "typed"\nconsole.log(text)\n')
    const {code, stdout, stderr} = await guard('run job.ts')
    if (major >= 22) expect({code, stdout}).toEqual({code: 0, stdout: 'typed\n'})
    else expect({code, stderr}).toEqual({code: 126, stderr: expect.stringContaining('Node 22.18')})
  })
})
