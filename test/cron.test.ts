import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {createSandbox, guardBin, isAlive, isRoot, nodeEnv, until} from './support/sandbox.js'

/** Debian's cron itself starts guard: no terminal, no profile, PATH=/usr/bin:/bin. */

const cron = ['/usr/sbin/cron', '/usr/bin/cron'].find((path) => existsSync(path))
const obstacle = !isRoot ? 'only root may start cron' : !cron ? 'cron is not installed' : undefined

function crontab(): string {
  const {status, stdout} = spawnSync('crontab', ['-l'], {encoding: 'utf8'})
  return status === 0 ? stdout : ''
}

function installCrontab(text: string): void {
  if (text === '') spawnSync('crontab', ['-r'])
  else execFileSync('crontab', ['-'], {input: text})
}

function runningCron(): number | undefined {
  if (!existsSync('/var/run/crond.pid')) return undefined
  const pid = Number.parseInt(readFileSync('/var/run/crond.pid', 'latin1'), 10)
  return isAlive(pid) && readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'cron' ? pid : undefined
}

/** In the foreground, and only if this machine has none at work. */
function startCron(program: string): void {
  if (runningCron() !== undefined) return
  const child = spawn(program, ['-f'], {stdio: 'ignore'})
  onTestFinished(() => {
    child.kill('SIGTERM')
  })
}

test.skipIf(obstacle !== undefined)(
  `a line of a crontab runs its job under guard, in the bare environment of cron${obstacle ? ` (${obstacle})` : ''}`,
  async () => {
    const box = createSandbox()
    box.write('job.py', 'import os\nprint(os.environ["PATH"], os.isatty(1))\n')
    const before = crontab()
    onTestFinished(() => installCrontab(before))
    const words = [guardBin, 'run', '--state-dir', box.stateDir, '--job', 'from_cron', box.path('job.py')]
    const set = Object.entries(nodeEnv)
      .map(([name, value]) => `${name}='${value}' `)
      .join('')
    const line = set + words.map((word) => `'${word}'`).join(' ')
    installCrontab(
      `${before}\n# added by a test of guard, which takes it away again\n* * * * * ${line} > ${box.path('output')} 2>&1\n`,
    )
    startCron(cron ?? '')

    // cron reads the crontab at the next minute.
    const journal = `${box.stateDir}/runs.jsonl`
    const ended = () => existsSync(journal) && box.journal('runs.jsonl').find(({kind}) => kind === 'ended')
    await until(() => Boolean(ended()), 'the run in the journal', 75_000)
    expect(ended()).toMatchObject({job: 'from_cron', outcome: 'healthy', exitCode: 0})
    expect(box.log('from_cron')).toMatch(/^\/usr\/bin:\/bin False\n/)
    await until(() => readFileSync(box.path('output'), 'utf8') !== '', 'the output')
    expect(readFileSync(box.path('output'), 'utf8')).toBe('/usr/bin:/bin False\n')
  },
  90_000,
)
