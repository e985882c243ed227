import {writeSync} from 'node:fs'
import {showControls} from '../../domain/log/show-controls.js'
import {endsWithin} from '../../system/host/clock.js'
import type {StepResult} from '../../usecases/recovery/recovery-steps.js'
import type {ShowStep, StepShown} from '../../usecases/recovery/run-recovery.js'
import {renderSpan} from '../render/run.js'
import {isTerminal} from './terminal.js'

/**
 * Shows recovery steps on standard error, because standard output belongs to the job: live on a terminal, one line each
 * in cron's mail and in logs. `say` writes a line there, which may be kept back if the run is `quiet`; `settled` resolves
 * once the job's output until now is shown.
 */
export function stepProgress(say: (line: string) => void, settled: () => Promise<void>, quiet = false): ShowStep {
  return async ({title, hasOutput}, work) => {
    const shown = {title: showControls(title), hasOutput}
    // A verification prints the output of the job, which a spinner would overwrite; listr2 draws only where both are terminals.
    const isLive = !quiet && !shown.hasOutput && isTerminal('stdout') && isTerminal('stderr')
    // Both write beside the output of the job that is still on its way.
    if (isLive || shown.hasOutput) await settled()
    return isLive ? showLive(shown, work) : showLine(say, shown, work)
  }
}

/** What ends sooner is not shown. Milliseconds. */
const shortWaitMs = 300

/** A spinner on a terminal, with the seconds so far, while something is waited for; it leaves no line behind. */
export async function showWait<T>(what: string, wait: () => Promise<T>): Promise<T> {
  const waiting = wait()
  if (!isTerminal('stderr') || !isTerminal('stdout') || (await endsWithin(waiting, shortWaitMs))) return waiting
  const begun = performance.now()
  const title = () => `${showControls(what)} (${Math.round((performance.now() - begun) / 1000)} s)`
  const list = await listOf(title(), async (setTitle) => {
    const ticking = setInterval(() => setTitle(title()), 1000)
    await waiting.finally(() => clearInterval(ticking)).catch(() => undefined)
  })
  const release = showCursorOnSignal()
  await list.run().finally(release)
  return waiting
}

/** The spinner hides the cursor, which a death by a signal would not bring back. */
function showCursorOnSignal(): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const show = (signal: NodeJS.Signals) => {
    // While listr2 draws, it holds back what is written to the stream.
    writeSync(2, '\u001b[?25h')
    // During a run others decide what the signal does.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }
  for (const signal of signals) process.once(signal, show)
  return () => {
    for (const signal of signals) process.removeListener(signal, show)
  }
}

async function listOf(title: string, work: (setTitle: (text: string) => void) => Promise<void>) {
  const {Listr, ListrLogger, ProcessOutput} = await import('listr2')
  const logger = new ListrLogger({processOutput: new ProcessOutput(process.stderr, process.stderr)})
  return new Listr(
    {
      title,
      task: (_context, task) =>
        work((text) => {
          task.title = text
        }),
    },
    {registerSignalListeners: false, rendererOptions: {logger, clearOutput: true}},
  )
}

async function showLine<R extends StepResult>(
  say: (line: string) => void,
  {title}: StepShown,
  work: () => Promise<R>,
): Promise<R> {
  const begun = performance.now()
  const result = await work()
  say(`${title}: ${outcomeText(result)}, in ${renderSpan(performance.now() - begun)}`)
  return result
}

async function showLive<R extends StepResult>({title}: StepShown, work: () => Promise<R>): Promise<R> {
  const {Listr, ListrLogger, ProcessOutput} = await import('listr2')
  const logger = new ListrLogger({processOutput: new ProcessOutput(process.stderr, process.stderr)})
  const options = {exitOnError: false, registerSignalListeners: false, rendererOptions: {logger}}
  const working = work()
  const list = new Listr(
    {
      title,
      task: async (_context, task) => {
        const result = await working
        const text = `${title}: ${outcomeText(result)}`
        if (!result.ok) throw new Error(text)
        task.title = text
      },
    },
    options,
  )
  await list.run()
  return working
}

function outcomeText({ok, evidence, suppressed}: StepResult): string {
  return [suppressed ? 'suppressed' : ok ? 'ok' : 'failed', showControls(evidence)].filter(Boolean).join(', ')
}
