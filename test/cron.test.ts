import {existsSync, readFileSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {cronObstacle, runByCron} from './support/cron.js'
import {createSandbox, guardBin, nodeEnv, until} from './support/sandbox.js'

/** Debian's cron itself starts guard: no terminal, no profile, PATH=/usr/bin:/bin. */

test.skipIf(cronObstacle !== undefined)(
  `a line of a crontab runs its job under guard, in the bare environment of cron${cronObstacle ? ` (${cronObstacle})` : ''}`,
  async () => {
    const box = createSandbox()
    box.write('job.py', 'import os\nprint(os.environ["PATH"], os.isatty(1))\n')
    const words = [guardBin, 'run', '--state-dir', box.stateDir, '--job', 'from_cron', box.path('job.py')]
    const set = Object.entries(nodeEnv)
      .map(([name, value]) => `${name}='${value}' `)
      .join('')
    const line = set + words.map((word) => `'${word}'`).join(' ')
    const cron = await runByCron([`* * * * * ${line} > ${box.path('output')} 2>&1`])
    onTestFinished(() => cron.end())

    // cron reads the crontab at the next minute.
    const journal = `${box.stateDir}/runs.jsonl`
    const ended = () => existsSync(journal) && box.journal('runs.jsonl').find(({kind}) => kind === 'ended')
    await until(() => Boolean(ended()), 'the run in the journal', 120_000)
    expect(ended()).toMatchObject({job: 'from_cron', outcome: 'healthy', exitCode: 0})
    expect(box.log('from_cron')).toMatch(/^\/usr\/bin:\/bin False\n/)
    await until(() => readFileSync(box.path('output'), 'utf8') !== '', 'the output')
    expect(readFileSync(box.path('output'), 'utf8')).toBe('/usr/bin:/bin False\n')
  },
  240_000,
)
