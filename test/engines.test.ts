import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {bundleScript} from './support/bundle.js'
import {createSandbox, type Ended, guardBin} from './support/sandbox.js'

/** guard is built once and runs on every Node that package.json promises. `scripts/test-nodes.sh` gets them from npm. */
const majors = [20, 22, 24, 26] as const
const folder = process.env['GUARD_NODES_DIR'] ?? join(tmpdir(), 'guard-nodes')

const binOf = (major: number) => join(folder, `node_modules/node-${major}/bin`)

/** guard as npm links it: the first Node on the path runs it. */
function guardUnder(major: number) {
  const box = createSandbox()
  const env = {PATH: `${binOf(major)}:/usr/bin:/bin`}
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

  here('a job is started by what child_process is made of, and all of it comes out as by that', async () => {
    const box = createSandbox()
    const script = await bundleScript(join(import.meta.dirname, 'support/launch-both.ts'), box.dir)
    const {stdout, ...ended} = await box.sh(`'${binOf(major)}/node' '${script}'`)
    expect(ended).toMatchObject({...silent, code: 0})
    const {byHandle, byChild} = JSON.parse(stdout)
    expect(byChild).toHaveLength(3)
    expect(byHandle).toEqual(byChild)
  })

  here('a job that passes its limit is ended with all that it started', async () => {
    const {guard} = guardUnder(major)
    const {code, stderr} = await guard('run --timeout 200ms --job slow -- sh -c "sleep 60 & sleep 60"')
    expect(code).toBe(124)
    expect(stderr).toBe('guard: slow: timed out after 200ms; ended\n')
  })

  here('the code cache is written twice and then taken', async () => {
    const {box, guard} = guardUnder(major)
    for (const mode of [0o600, 0o400, 0o400]) {
      await guard('run -- true')
      const [cache = '', ...others] = readdirSync(box.path('home/.cache/guard'))
      expect(others).toEqual([])
      expect(statSync(box.path(`home/.cache/guard/${cache}`)).mode & 0o777).toBe(mode)
    }
  })

  here('a script in TypeScript runs, or is refused with a way out', async () => {
    const {box, guard} = guardUnder(major)
    box.write('job.ts', 'const text: string = "typed"\nconsole.log(text)\n')
    const {code, stdout, stderr} = await guard('run job.ts')
    if (major >= 22) expect({code, stdout}).toEqual({code: 0, stdout: 'typed\n'})
    else expect({code, stderr}).toEqual({code: 126, stderr: expect.stringContaining('Node 22.18')})
  })
})
