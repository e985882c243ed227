import {changeScheduler, endSilence, resetBreaker, startRun} from '../state/actions.js'
import {type Question, question} from '../state/dialog.js'
import {jobSignal} from '../state/jobs.js'
import {session} from '../state/machine.js'
import {exactSpan} from '../text/span.js'
import {Dialog} from './dialog.js'
import {KeyDialog} from './key-dialog.js'
import {ShortcutsDialog} from './shortcuts-dialog.js'
import {SilenceDialog} from './silence-dialog.js'

/** The dialog of the question that is asked now. */
export function Questions() {
  const asked = question.value
  // Each question is a dialog of its own, so that nothing of the one before is left in it.
  return asked ? <Asked key={JSON.stringify(asked)} asked={asked} /> : null
}

function Asked({asked}: {readonly asked: Question}) {
  switch (asked.ask) {
    case 'key':
      return <KeyDialog next={asked.next} />
    case 'run':
      return <RunDialog job={asked.job} />
    case 'silence':
      return <SilenceDialog job={asked.job} />
    case 'unsilence':
      return <UnsilenceDialog job={asked.job} silenceId={asked.silenceId} />
    case 'reset-breaker':
      return <BreakerDialog job={asked.job} target={asked.target} />
    case 'scheduler':
      return <SchedulerDialog verb={asked.verb} />
    case 'shortcuts':
      return <ShortcutsDialog />
  }
}

function RunDialog({job}: {readonly job: string}) {
  const usual = jobSignal(job)?.peek().usual
  return (
    <Dialog title={`Run ${job} now?`} verb="Run now" act={() => startRun(job)}>
      <p>
        guard starts it on {session.value?.host ?? 'the machine'}, once, beside its schedule. If it runs already or its
        breaker is open, it is not started, and you see why.
      </p>
      {usual && <p>It usually takes {exactSpan(usual.usualMs)}.</p>}
    </Dialog>
  )
}

function UnsilenceDialog({job, silenceId}: {readonly job: string; readonly silenceId: string}) {
  return (
    <Dialog title={`End the silence of ${job}?`} verb="End silence" act={() => endSilence(job, silenceId)}>
      <p>From now on people are told of its trouble again. If it is in trouble now, that is told too.</p>
    </Dialog>
  )
}

function BreakerDialog({job, target}: {readonly job: string; readonly target: string}) {
  return (
    <Dialog title={`Reset the breaker of ${target}?`} verb="Reset breaker" act={() => resetBreaker(target)}>
      <p>
        Its failures are forgotten and calls go through at once, for {job} and for every other job that uses {target}.
        If it is still down, the breaker opens again after new failures.
      </p>
    </Dialog>
  )
}

function SchedulerDialog({verb}: {readonly verb: 'start' | 'stop'}) {
  const isStart = verb === 'start'
  return (
    <Dialog
      title={isStart ? 'Start the scheduler?' : 'Stop the scheduler?'}
      verb={isStart ? 'Start scheduler' : 'Stop scheduler'}
      act={() => changeScheduler(verb)}
    >
      <p>
        {isStart
          ? 'It starts jobs at their times from now on, and makes up for missed times as each job has it.'
          : 'No job is started by it until it is started again. Jobs that run now go on.'}
      </p>
    </Dialog>
  )
}
