import {describe, expect, test} from 'vitest'
import {lines, pythonSandbox} from '../support/python-sandbox.js'
import {createSandbox} from '../support/sandbox.js'

const crontab = Array.from({length: 1500}, (_, n) => `0 1 * * * /opt/job-${n}.sh ${'x'.repeat(60)}\n`).join('')

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

  test('may be more than its reader wants to read', async () => {
    const box = createSandbox()
    box.write('tab', crontab)
    const {stdout, stderr} = await box.sh('{ guard crontab discover --file tab; echo $? >&2; } | head -1')
    expect(stdout).toMatch(/^1500 lines in 1 crontab/)
    expect(stderr).toBe('0\n')
  })

  test.each(['guard crontab discover --file tab', 'guard status nobody --json'])(
    'on a full disk ends with an error: %s',
    async (line) => {
      const box = createSandbox()
      box.write('tab', crontab)
      const {code} = await box.sh(`exec ${line} > /dev/full`)
      expect(code).toBe(74)
    },
  )
})
