import {useLayoutEffect, useRef} from 'preact/hooks'
import type {JobJson} from '../json.js'
import {nowFor} from '../state/clock.js'
import {output} from '../state/detail.js'
import {exactSpan} from '../text/span.js'

/** The last lines of its log. The view follows their end unless the reader has scrolled back. */
export function Output({isFollowed}: {readonly isFollowed: boolean}) {
  const box = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const lines = output.value?.lines
  // New lines move the end.
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines])
  return (
    <div class="output">
      <h3 id="output">
        {isFollowed ? 'Output' : 'Last output'}
        {isFollowed && <span class="following">following</span>}
      </h3>
      {lines && lines.length > 0 ? (
        <section
          ref={box}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          tabIndex={0}
          aria-labelledby="output"
          onScroll={({currentTarget: {scrollTop, clientHeight, scrollHeight}}) => {
            isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8
          }}
        >
          <pre>{lines.join('\n')}</pre>
        </section>
      ) : (
        <p class="sub">{lines ? 'It has printed nothing.' : 'No output is kept.'}</p>
      )}
    </div>
  )
}

/** How far it is, as far as the usual time tells. */
export function Progress({job: {runningSince, usual}}: {readonly job: JobJson}) {
  if (runningSince === undefined || !usual) return null
  const started = Date.parse(runningSince)
  const ms = Math.max(0, nowFor(started) - started)
  const text = `${exactSpan(Math.round(ms / 1000) * 1000)} of the usual ${exactSpan(usual.usualMs)}`
  return (
    <div class="progress">
      <progress max={usual.usualMs} value={Math.min(ms, usual.usualMs)} aria-label={text} />
      <span class="sub">{text}</span>
    </div>
  )
}
