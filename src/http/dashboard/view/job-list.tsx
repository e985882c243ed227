import {signal} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'
import {listedAt} from '../state/jobs.js'
import {clearFilters, isFiltered, isPointedAt, shownJobs} from '../state/list.js'
import {canChange} from '../state/machine.js'
import {JobRow} from './job-row.js'

/**
 * The first rows fill any screen; more follow as the reader scrolls, so that a long list costs no more than a short
 * one.
 */
const [firstRows, moreRows, aheadPx] = [24, 60, 600]
const limit = signal(firstRows)

function showMore(): void {
  limit.value += moreRows
}

export function JobList() {
  const names = shownJobs.value
  if (listedAt.value === undefined) return <p class="empty">Loading…</p>
  if (names.length === 0) return <EmptyList />
  const rest = names.length - limit.value
  return (
    <>
      <JobTable names={names} />
      {rest > 0 && <MoreRows key={limit.value} rest={rest} />}
    </>
  )
}

function JobTable({names}: {readonly names: readonly string[]}) {
  return (
    <table class="jobs" aria-label="Jobs" aria-rowcount={names.length + 1}>
      <thead>
        <tr class="headings">
          <th>State</th>
          <th>Job</th>
          <th>Last 30 runs</th>
          <th>Last run</th>
          <th class="next">Next</th>
          {canChange.value && (
            <th>
              <span class="hidden">Run</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody class="rows panel" {...pointing}>
        {names.slice(0, limit.value).map((name) => (
          <JobRow key={name} name={name} />
        ))}
      </tbody>
    </table>
  )
}

/** It works by itself where it comes near the screen, and as a button. */
function MoreRows({rest}: {readonly rest: number}) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({isIntersecting}) => isIntersecting)) showMore()
      },
      {rootMargin: `${aheadPx}px`},
    )
    if (button.current) observer.observe(button.current)
    return () => observer.disconnect()
  }, [])
  return (
    <button type="button" class="more" ref={button} onClick={showMore}>
      {rest} more jobs
    </button>
  )
}

const hold = () => {
  isPointedAt.value = true
}
const release = (event: Event) => {
  const list = event.currentTarget as HTMLElement
  isPointedAt.value = list.matches(':hover') || list.contains((event as FocusEvent).relatedTarget as Node | null)
}

/** By mouse or by keyboard. */
const pointing = {onMouseEnter: hold, onFocusIn: hold, onMouseLeave: release, onFocusOut: release}

function EmptyList() {
  if (!isFiltered.value) {
    return (
      <div class="panel empty">
        <p>No job is known yet.</p>
        <p class="sub">
          Put <code>guard run</code> before a job's command, or write it into the settings.
        </p>
      </div>
    )
  }
  return (
    <div class="panel empty">
      <p>No job matches.</p>
      <button type="button" onClick={clearFilters}>
        Show all jobs
      </button>
    </div>
  )
}
