import {describe, expect, test} from 'vitest'
import {lines, pythonSandbox} from '../support/python-sandbox.js'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const crontab = Array.from({length: 1500}, (_, n) => `0 1 * * * /opt/job-${n}.sh ${'x'.repeat(60)}\n`).join('')

function boxWithCrontab(): Sandbox {
  const box = createSandbox()
  box.write('tab', crontab)
  return box
}

/** One run with a log of more than any pipe holds. */
async function boxWithLongLog(): Promise<Sandbox> {
  const box = createSandbox()
  await box.sh('guard run --quiet --job j -- seq 100000')
  return box
}

/** Starts guard with a pipe that nobody reads. */
const noReader = lines(
  'import os, subprocess, sys',
  'read, write = os.pipe()',
  'os.close(read)',
  'print(subprocess.run(sys.argv[1:], stdout=write, timeout=30).returncode)',
)

/** Reads slowly from a pipe whose writer does not wait: another program has made it so. */
const slowReader = lines(
  'import os, subprocess, sys, time',
  'read, write = os.pipe()',
  'os.set_blocking(write, False)',
  'guard = subprocess.Popen(sys.argv[1:], stdout=write)',
  'os.close(write)',
  'size = 0',
  'while piece := os.read(read, 65536):',
  '    size += len(piece)',
  '    time.sleep(0.01)',
  'print(size, guard.wait())',
)

describe('what a command prints', () => {
  test('arrives whole in a full pipe that does not wait, once its reader reads', async () => {
    const box = pythonSandbox()
    box.write('tab', crontab)
    const {stdout} = await box.python(
      lines(
        'import os, subprocess, time',
        'argv = ["guard", "crontab", "discover", "--file", "tab"]',
        'whole = subprocess.run(argv, capture_output=True).stdout',
        'reader, writer = os.pipe()',
        'os.set_blocking(writer, False)',
        'child = subprocess.Popen(argv, stdout=writer)',
        'os.close(writer)',
        'import fcntl, array, termios',
        'held = array.array("i", [0])',
        'while held[0] < 60000: time.sleep(0.01); fcntl.ioctl(reader, termios.FIONREAD, held)',
        'read = open(reader, "rb").read()',
        'print(len(whole) > 65536, read == whole, child.wait())',
      ),
    )
    expect(stdout).toBe('True True 0\n')
  })

  test('arrives whole at a reader that is always slower, in many pieces', async () => {
    const {sh, write, log} = await boxWithLongLog()
    write('reader.py', slowReader)
    const {stdout, stderr} = await sh('python3 reader.py guard logs j')
    expect([stdout, stderr]).toEqual([`${log('j').length} 0\n`, ''])
  })

  test('may be more than its reader wants to read', async () => {
    const {stdout, stderr} = await boxWithCrontab().sh('{ guard crontab discover --file tab; echo $? >&2; } | head -1')
    expect(stdout).toMatch(/^1500 lines in 1 crontab/)
    expect(stderr).toBe('0\n')
  })

  test.each(['logs j --follow', 'logs j --follow --json', 'alerts --follow', 'status --watch 1s --json'])(
    'ends with its reader, also if that has left before the first line: %s',
    async (line) => {
      const {sh, write} = await boxWithLongLog()
      write('.guardianrc.json', '{"jobs": {"bad": {"command": ["false"]}}}')
      await sh('guard run bad; guard watchdog')
      write('reader.py', noReader)
      const {stdout, stderr} = await sh(`python3 reader.py guard ${line}`)
      expect([stdout, stderr]).toEqual([expect.stringMatching(/^[01]\n$/), ''])
    },
  )

  test.each(['guard crontab discover --file tab', 'guard status nobody --json', 'guard status'])(
    'on a full disk ends with an error: %s',
    async (line) => {
      const {code, stderr} = await boxWithCrontab().sh(`exec ${line} > /dev/full`)
      expect([code, stderr]).toEqual([74, expect.stringContaining('ENOSPC')])
    },
  )

  test('costs no exit code where standard output is closed', async () => {
    expect(await createSandbox().sh('guard status >&-')).toMatchObject({code: 0, stderr: ''})
  })
})
