import type {RunJson, UsualBand} from '../json.js'
import {clockOf, nowFor} from '../state/clock.js'
import {page, runs} from '../state/detail.js'
import {exactSpan, shortSpan} from '../text/span.js'
import {outcomeKind} from './strip.js'

const [places, heightPx, baseY, topY] = [30, 100, 92, 14]

interface Bar {
  readonly run: RunJson
  readonly ms: number
}

/** How long the last runs took, over the band of what is usual. Widths are shares, so that it fits any screen. */
export function Durations() {
  const bars = (runs.value ?? []).slice(0, places).reverse().flatMap(barOf)
  const usual = page.value?.usual
  const [first] = bars
  if (!first) return null
  return (
    <section class="durations" aria-labelledby="durations">
      <h3 id="durations">
        Duration, last {bars.length} {bars.length === 1 ? 'run' : 'runs'}{' '}
        <span class="count">
          {usual ? `usual ${exactSpan(usual.fromMs)} to ${exactSpan(usual.toMs)}` : 'usual time not known yet'}
        </span>
      </h3>
      <Chart bars={bars} usual={usual} />
      <div class="axis sub">
        {bars.length > places / 2 && <span>{clockOf(first.run.startedAt)}</span>}
        <span>now</span>
      </div>
    </section>
  )
}

function barOf(run: RunJson): readonly Bar[] {
  const startedAt = Date.parse(run.startedAt)
  const ms = run.outcome === undefined ? nowFor(startedAt) - startedAt : run.durationMs
  return ms === undefined || run.outcome === 'skipped' ? [] : [{run, ms: Math.max(0, ms)}]
}

function Chart({bars, usual}: {readonly bars: readonly Bar[]; readonly usual: UsualBand | undefined}) {
  const most = Math.max(usual?.toMs ?? 0, ...bars.map(({ms}) => ms), 1)
  const yOf = (ms: number) => baseY - (ms / most) * (baseY - topY)
  const spoken = `Durations, oldest first: ${bars.map(({run, ms}) => `${exactSpan(ms)} ${run.outcome ?? 'running'}`).join(', ')}`
  return (
    <div class="chart">
      <svg height={heightPx} width="100%" role="img" aria-label={spoken}>
        {usual && (
          <rect class="band" x="0" width="100%" y={yOf(usual.toMs)} height={yOf(usual.fromMs) - yOf(usual.toMs)} />
        )}
        {bars.map((bar, index) => (
          <ChartBar key={bar.run.runId} bar={bar} place={places - bars.length + index} y={yOf(bar.ms)} />
        ))}
        <line class="base" x1="0" x2="100%" y1={baseY} y2={baseY} />
      </svg>
      <svg class="scale" height={heightPx} width="64" aria-hidden="true">
        {labelsOf(usual, most, yOf).map(({text, y}) => (
          <text key={text} x="6" y={y + 3}>
            {text}
          </text>
        ))}
      </svg>
    </div>
  )
}

const shareOfPlace = 100 / places

function ChartBar({bar: {run, ms}, place, y}: {readonly bar: Bar; readonly place: number; readonly y: number}) {
  const kind = outcomeKind(run.outcome)
  const height = Math.max(2, baseY - y)
  const [x, width] = [`${place * shareOfPlace + 0.3}%`, `${shareOfPlace - 0.6}%`]
  const marked = kind === 'bad' || kind === 'lost'
  return (
    <g class={`bar-${kind}`}>
      <title>{`${clockOf(run.startedAt)}: ${run.outcome ?? 'running'}, ${exactSpan(ms)}`}</title>
      <rect x={x} width={width} y={baseY - height} height={height} rx="1" />
      {marked && (
        <text class="mark" x={`${(place + 0.5) * shareOfPlace}%`} y={baseY - height - 3}>
          ✕
        </text>
      )}
    </g>
  )
}

/** Those of the band, unless they would stand upon each other. */
function labelsOf(usual: UsualBand | undefined, most: number, yOf: (ms: number) => number) {
  const values = usual ? [usual.toMs, usual.fromMs, 0] : [most, 0]
  const labels: {text: string; y: number}[] = []
  for (const ms of values) {
    const y = yOf(ms)
    if (labels.every((label) => Math.abs(label.y - y) >= 11)) labels.push({text: ms === 0 ? '0' : shortSpan(ms), y})
  }
  return labels
}
