import {spawnSync} from 'node:child_process'
import {chmodSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {postgresObstacle} from '../support/postgres.js'
import {guardBin, nodeEnv} from '../support/sandbox.js'
import {tempDir} from '../support/temp-dir.js'

const demo = join(import.meta.dirname, '../../examples/fleet/demo.sh')

test.skipIf(postgresObstacle !== undefined)(
  `the demo of a fleet runs each slot on one of two hosts, and leaves nothing behind (${postgresObstacle ?? 'real PostgreSQL'})`,
  {timeout: 240_000},
  () => {
    const dir = tempDir()
    // Root starts the server as another user, who has to get to its files.
    chmodSync(dir, 0o711)
    const env = {PATH: '/usr/bin:/bin', TMPDIR: dir, HOME: dir, SLOTS: '2', GUARD: guardBin, ...nodeEnv}
    const {status, stdout, stderr} = spawnSync('/bin/sh', [demo], {cwd: dir, env, encoding: 'utf8'})
    expect([status, stderr]).toEqual([0, ''])
    const ran = stdout.split('none twice\n')[1]?.trimEnd().split('\n') ?? []
    const skipped = stdout.match(/^web-\d: guard: nightly was skipped: its slot \S+ was claimed by web-\d/gm) ?? []
    // Each host starts it for two slots, or for more where a slow machine comes to the next one meanwhile.
    expect(ran.length + skipped.length).toBe(4)
    expect(ran.map((line) => line.replace(/ web-[12]$/, ''))).toEqual(ran.map((_, index) => `${index + 1}`))
    expect(readdirSync(dir).filter((name) => name.startsWith('fleet.'))).toEqual([])
  },
)
