import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, isAlive, until} from '../support/sandbox.js'

/** A guard that was stopped for longer than its lease lasts, and goes on while another run has the lease. */
test('where both streams go to one place too, each run passes on its own output alone, and the log tells them apart', async () => {
  const box = createSandbox()
  const {path} = box
  const wait = (file: string) => `while [ ! -e ${file} ]; do sleep 0.05; done`
  const late = `(${wait('late')}; echo late; echo > written) &`
  const job = `${late} echo first; echo $$ > pid; ${wait('go')}; echo last; exit 3`
  const first = box.startSh(`exec guard run --ttl 1s --job j -- sh -c '${job}' 2>&1`)
  await until(() => existsSync(path('pid')) && first.stdout() === 'first\n', 'the start of the job')
  const pid = Number((await box.sh('cat pid')).stdout)
  first.kill('SIGSTOP')
  box.write('go', '')
  await until(() => !isAlive(pid), 'the end of the job')

  // What the first job has left behind writes while the second one runs.
  const second = `echo second; echo > late; ${wait('written')}; exit 4`
  expect(await box.sh(`exec guard run --overlap wait --job j -- sh -c '${second}' 2>&1`)).toMatchObject({
    ...{code: 4, stdout: 'second\n'},
  })

  first.kill('SIGCONT')
  const {code, stdout} = await first.ended
  expect([code, stdout.replace(/^guard: j: another run has taken the lease.*\n/m, '')]).toEqual([
    3,
    'first\nlast\nlate\n',
  ])

  const runs = box.journal('runs.jsonl').filter(({kind}) => kind === 'started')
  const shown = await Promise.all(runs.map(({run}) => box.guard('logs', 'j', '--run', `${run}`)))
  expect(shown.map(({stdout: text}) => text.replace(/^---.*\n/, ''))).toEqual(['first\nlast\nlate\n', 'second\n'])
})

test('a run that has lost its lease while it was stopped ends with its own exit code and output, and says so', async () => {
  const box = createSandbox()
  const {path, journal, log} = box
  const job = 'echo first; echo $$ > pid; while [ ! -e go ]; do sleep 0.05; done; exit 3'
  const first = box.start(['run', '--ttl', '1s', '--job', 'j', '--', 'sh', '-c', job])
  await until(() => existsSync(path('pid')) && first.stdout() === 'first\n', 'the start of the job')
  const pid = Number((await box.sh('cat pid')).stdout)
  first.kill('SIGSTOP')
  box.write('go', '')
  await until(() => !isAlive(pid), 'the end of the job')

  const second = await box.guard('run', '--overlap', 'wait', '--job', 'j', '--', 'sh', '-c', 'echo second; exit 4')
  expect([second.code, second.stdout]).toEqual([4, 'second\n'])

  first.kill('SIGCONT')
  const {code, stdout, stderr} = await first.ended
  expect([code, stdout]).toEqual([3, 'first\n'])
  expect(stderr).toMatch(/^guard: j: another run has taken the lease \(token 1 is old\)/)
  expect(log('j')).toBe('second\n')

  const [started] = journal('runs.jsonl')
  const ends = journal('runs.jsonl').filter(({kind, run}) => kind === 'ended' && run === started?.['run'])
  expect(ends).toMatchObject([{exitCode: 3, outcome: 'failed', fenced: true}])
  const {stdout: history} = await box.guard('history', 'j', '--json')
  expect(JSON.parse(history)).toMatchObject({runs: [{exitCode: 4}, {exitCode: 3, outcome: 'failed'}]})
  const shown = await box.guard('logs', 'j', '--run', `${started?.['run']}`)
  expect(shown.stdout).toContain('first\n')
  expect(shown.stdout).not.toContain('second')
  const {stdout: lease} = await box.guard('lease', 'list', '--json')
  expect(JSON.parse(lease)).toMatchObject({leases: [{token: 2, state: 'released'}]})
})
