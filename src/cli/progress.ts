import type {StepResult} from '../usecases/recovery/recovery-steps.js'
import type {ShowStep, StepShown} from '../usecases/recovery/run-recovery.js'
import {renderSpan} from './render/run.js'

/**
 * Shows recovery steps on standard error, because standard output belongs to the job: live on a terminal, one line each
 * in cron's mail and in logs. `say` writes a line there; `settled` resolves once the job's output until now is shown.
 */
export function stepProgress(say: (line: string) => void, settled: () => Promise<void>): ShowStep {
  return async (shown, work) => {
    // A verification prints the output of the job, which a spinner would overwrite; listr2 draws only where both are terminals.
    const isLive = process.stdout.isTTY && process.stderr.isTTY && !shown.hasOutput
    // Both write beside the output of the job that is still on its way.
    if (isLive || shown.hasOutput) await settled()
    return isLive ? showLive(shown, work) : showLine(say, shown, work)
  }
}

async function showLine<R extends StepResult>(
  say: (line: string) => void,
  {title}: StepShown,
  work: () => Promise<R>,
): Promise<R> {
  const begun = performance.now()
  const result = await work()
  say(`${title}: ${outcomeText(result)} in ${renderSpan(performance.now() - begun)}`)
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
  return [suppressed ? 'suppressed' : ok ? 'ok' : 'failed', evidence].filter(Boolean).join(', ')
}
