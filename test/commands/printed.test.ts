import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

/** What commands print arrives whole, whatever standard output is. */

/** One run with a log of more than any pipe holds. */
async function boxWithLongLog(): Promise<Sandbox> {
  const box = createSandbox()
  await box.sh('guard run --quiet --job j -- seq 100000')
  return box
}

/** Reads slowly from a pipe whose writer does not wait: another program has made it so. */
const slowReader = `
import os, subprocess, sys, time
read, write = os.pipe()
os.set_blocking(write, False)
guard = subprocess.Popen(sys.argv[1:], stdout=write)
os.close(write)
size = 0
while piece := os.read(read, 65536):
    size += len(piece)
    time.sleep(0.01)
print(size, guard.wait())
`

/** Starts guard with a pipe that nobody reads. */
const noReader = `
import os, subprocess, sys
read, write = os.pipe()
os.close(read)
print(subprocess.run(sys.argv[1:], stdout=write, timeout=30).returncode)
`

describe('standard output', () => {
  test.each(['logs j --follow', 'logs j --follow --json', 'alerts --follow', 'status --watch 1s --json'])(
    'without a reader from the start ends what would go on: %s',
    async (line) => {
      const {sh, write} = await boxWithLongLog()
      write('.guardianrc.json', '{"jobs": {"bad": {"command": ["false"]}}}')
      await sh('guard run bad; guard watchdog')
      write('reader.py', noReader)
      const {stdout, stderr} = await sh(`python3 reader.py guard ${line}`)
      expect([stdout, stderr]).toEqual([expect.stringMatching(/^[01]\n$/), ''])
    },
  )

  test('a reader that has left is no fault', async () => {
    const {sh} = await boxWithLongLog()
    expect(await sh(`bash -c 'guard logs j | head -1; echo \${PIPESTATUS[0]}'`)).toMatchObject({
      stdout: '1\n0\n',
      stderr: '',
    })
  })

  test('a slow reader of a pipe that does not wait gets every byte', async () => {
    const {sh, write, log} = await boxWithLongLog()
    write('reader.py', slowReader)
    const {stdout, stderr} = await sh('python3 reader.py guard logs j')
    expect([stdout, stderr]).toEqual([`${log('j').length} 0\n`, ''])
  })

  test('a full disk is said', async () => {
    const {sh} = await boxWithLongLog()
    const {code, stderr} = await sh('guard status > /dev/full')
    expect([code, stderr]).toEqual([74, expect.stringContaining('ENOSPC')])
  })

  test('closed from the start, it costs no command its exit code', async () => {
    const {sh} = await boxWithLongLog()
    expect(await sh('guard status >&-')).toMatchObject({code: 0, stderr: ''})
  })
})
