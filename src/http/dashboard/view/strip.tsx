import type {JobJson, OutcomeName} from '../json.js'

/** The last 30 outcomes, the newest on the right: by height and outline first, by colour last. */

const [places, stepPx, barPx, heightPx] = [30, 6, 5, 18]

type Kind = 'good' | 'weak' | 'bad' | 'lost' | 'skipped' | 'running'

const kindOf: Readonly<Record<OutcomeName | 'running' | 'missed', Kind>> = {
  healthy: 'good',
  degraded: 'weak',
  unhealthy: 'bad',
  failed: 'bad',
  'timed-out': 'bad',
  killed: 'bad',
  'not-started': 'bad',
  interrupted: 'lost',
  missed: 'lost',
  skipped: 'skipped',
  running: 'running',
}

const heights: Readonly<Record<Kind, number>> = {good: 10, weak: 13, bad: 18, lost: 17, skipped: 2, running: 14}

export function outcomeKind(outcome: OutcomeName | undefined): Kind {
  return kindOf[outcome ?? 'running']
}

/** With what goes on now, or should. */
function outcomesOf({recent, runningSince, verdict}: JobJson): readonly (OutcomeName | 'running' | 'missed')[] {
  if (runningSince !== undefined) return [...recent, 'running' as const].slice(-places)
  if (verdict === 'missed' || verdict === 'stalled') return [...recent, 'missed' as const].slice(-places)
  return recent.slice(-places)
}

export function Strip({job}: {readonly job: JobJson}) {
  const outcomes = outcomesOf(job)
  const first = places - outcomes.length
  const paths = new Map<Kind, string>()
  outcomes.forEach((outcome, index) => {
    const kind = kindOf[outcome]
    const [x, height] = [(first + index) * stepPx, heights[kind]]
    paths.set(kind, `${paths.get(kind) ?? ''}${barPath(kind, x, height)}`)
  })
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${places * stepPx - 1} ${heightPx}`}
      preserveAspectRatio="xMinYMax"
      role="img"
      aria-label={spoken(outcomes)}
    >
      {[...paths].map(([kind, d]) => (
        <path key={kind} class={`bar-${kind}`} d={d} />
      ))}
    </svg>
  )
}

/** What is lost is an outline, drawn half a pixel inside. */
function barPath(kind: Kind, x: number, height: number): string {
  if (kind === 'lost') return `M${x + 0.5} ${heightPx - 0.5}v${1 - height}h${barPx - 1}v${height - 1}z`
  return `M${x} ${heightPx}v${-height}h${barPx}v${height}z`
}

function spoken(outcomes: readonly string[]): string {
  const last = outcomes.at(-1)
  if (last === undefined) return 'No run has ended yet'
  const byOutcome = new Map<string, number>()
  for (const outcome of outcomes) byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1)
  const parts = [...byOutcome].map(([outcome, count]) => `${count} ${outcome}`)
  return `Last ${outcomes.length} runs: ${parts.join(', ')}; the newest ${last}`
}
