import {chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {asOrdinaryUser, createSandbox, form, isRoot} from '../support/sandbox.js'

/** What the system refuses to start, in both forms: as a script, and as a command line. */
describe.each([
  ['a script', (path: string) => [path]],
  ['a command line', (path: string) => ['--', path]],
])('%s', (_form, words) => {
  test.each([
    ['a carriage return', '#!/bin/sh\r\ntrue\r\n', 127, /job\.x: its first line ends with a carriage return \(CRLF\)/],
    ['one behind env', '#!/usr/bin/env sh\r\ntrue\r\n', 127, /job\.x: its first line ends with a carriage return/],
    [
      'a missing interpreter',
      '#!/usr/bin/pyhton3 -u\n',
      127,
      /job\.x: its interpreter \/usr\/bin\/pyhton3 does not exist/,
    ],
    ['an interpreter that is none', '#!/etc/passwd\n', 126, /job\.x: its interpreter \/etc\/passwd is not executable/],
  ])('whose first line names %s says so', async (_title, text, expected, message) => {
    const box = createSandbox()
    const {code, stderr} = await box.guard('run', ...words(box.write('job.x', text, 0o755)))
    expect([code, stderr]).toEqual([expected, expect.stringMatching(message)])
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'not-started', exitCode: expected})
  })

  test.skipIf(!isRoot)('that may be executed and not read is executed', async () => {
    const box = createSandbox()
    copyFileSync('/bin/echo', box.path('teller'))
    const line = asOrdinaryUser(box, `chmod 111 teller; exec guard run ${words('./teller').join(' ')} ran`)
    expect(await box.sh(line)).toMatchObject({code: 0, stdout: 'ran\n', stderr: ''})
  })
})

test('a program of PATH whose interpreter is missing says so', async () => {
  const box = createSandbox()
  box.write('bin/tool', '#!/nowhere/sh\n', 0o755)
  const {code, stderr} = await box.guard('run', '--', 'tool')
  expect([code, stderr]).toEqual([
    127,
    expect.stringMatching(/bin\/tool: its interpreter \/nowhere\/sh does not exist/),
  ])
})

test('a script without a first line says so, and runs behind -- as in a shell', async () => {
  const box = createSandbox()
  const path = box.write('job.x', 'echo ran\n', 0o755)
  const {code, stderr} = await box.guard('run', path)
  expect([code, stderr]).toEqual([126, expect.stringMatching(/job\.x: it has no #! line, and no interpreter is known/)])
  expect(await box.guard('run', '--', path)).toMatchObject({code: 0, stdout: 'ran\n'})
})

describe('what is neither text nor a program of this machine', () => {
  const program = readFileSync('/bin/true')
  // The number of the machine in the head of an ELF file.
  const foreign = Buffer.from(program)
  foreign.writeUInt16LE(0x5c, 18)

  test.each([
    ['zeros', Buffer.alloc(5000)],
    ['a program of another architecture', foreign],
    ['the beginning of a program', program.subarray(0, 300)],
  ])('%s: is refused as by a shell', async (_, bytes) => {
    const box = createSandbox()
    writeFileSync(box.write('damaged', '', 0o755), bytes)
    const {code, stdout, stderr} = await box.guard('run', '--', './damaged')
    expect([code, stdout, stderr]).toEqual([126, '', expect.stringMatching(/\.\/damaged: Exec format error\n/)])
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({exitCode: 126})
  })
})

describe.skipIf(!isRoot)('a user id without an entry and without HOME', () => {
  const bare = (box: ReturnType<typeof createSandbox>, words: string) => {
    chmodSync(box.dir, 0o755)
    const node = box.env()['GUARD_NODE']
    const env = `PATH=${box.dir}/bin:/usr/bin:/bin ${node === undefined ? '' : `GUARD_NODE=${node}`}`
    return box.sh(`cd / && exec setpriv --reuid=4711 --regid=4711 --clear-groups env -i ${env} guard ${words}`)
  }

  test('runs a job without record, which is said once', async () => {
    const {code, stdout, stderr} = await bare(createSandbox(), 'run -- sh -c "echo ran; exit 3"')
    expect([code, stdout]).toEqual([3, 'ran\n'])
    expect(stderr).toMatch(
      /^guard: there is no state directory, because HOME is not set and user 4711 has no home.*\n$/,
    )
  })

  test('is told so by what needs a record', async () => {
    const {code, stderr} = await bare(createSandbox(), 'history')
    expect([code, stderr]).toEqual([73, expect.stringMatching(/^guard: there is no state directory, because HOME/)])
  })
})

describe('under a limit', () => {
  /** So many open files are enough for a job with a log, a few of the caller's included; the page on installing names them. */
  const files = form === 'node' ? 40 : 22

  test('of open files that is just enough, a job runs', async () => {
    const box = createSandbox()
    const {code, stdout, stderr} = await box.sh(`ulimit -n ${files}; exec guard run -- sh -c 'echo ran; exit 3'`)
    expect([code, stdout, stderr]).toEqual([3, 'ran\n', ''])
  })

  test.each(['', 'ulimit -Sn 100; '])(
    'of open files that is high enough, a job gets 40 descriptors (%s)',
    async (limit) => {
      const box = createSandbox()
      box.write(
        'job.sh',
        `${limit}for i in $(seq 3 42); do eval "exec $i< text"; done\nexec guard run -- cat /dev/fd/42`,
      )
      box.write('text', 'inherited\n')
      expect(await box.sh('exec bash job.sh')).toMatchObject({code: 0, stdout: 'inherited\n', stderr: ''})
    },
  )

  if (form === 'node')
    test('of open files that is too low, guard says so and ends as by a failure of its own', async () => {
      const box = createSandbox()
      expect(await box.sh('ulimit -n 18; exec guard run -- true')).toMatchObject({
        code: 70,
        stderr: 'guard: Node needs at least 24 open files (ulimit -n)\n',
      })
    })

  test('of open files that leaves none for the job, guard says so and ends as by a failure of its own', async () => {
    const box = createSandbox()
    const {code, stderr} = await box.sh(`ulimit -n ${form === 'node' ? 24 : 14}; exec guard run -- sh -c 'exit 3'`)
    expect([code, stderr]).toEqual([74, expect.stringMatching(/^guard: sh: cannot be started, because .*ulimit -n/m)])
  })

  test('of memory, a job runs', async () => {
    const box = createSandbox()
    expect(await box.sh(`ulimit -v 900000; exec guard run -- echo ran`)).toMatchObject({code: 0, stdout: 'ran\n'})
  })

  test.each([20_000, 100_000, 300_000])(
    'of memory (%i kB) that is too low for the runtime, guard says so in a line',
    async (kB) => {
      const box = createSandbox()
      expect(await box.sh(`ulimit -v ${kB}; exec guard run -- touch ran`)).toMatchObject({
        ...{code: 70, stdout: ''},
        stderr: `guard: it cannot start with this limit of memory (ulimit -v ${kB})\n`,
      })
      expect(existsSync(box.path('ran'))).toBe(false)
    },
  )
})

test.skipIf(!isRoot)('a shell that cannot start a process does not end like an unhealthy job', async () => {
  const box = createSandbox()
  const {code} = await box.sh(asOrdinaryUser(box, 'exec prlimit --nproc=1 guard run -- true'))
  expect(code).toBe(70)
})
