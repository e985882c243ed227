import {counts, groups, listedAt, needing, type StateGroup, settingsProblem, sortedJobs} from '../state/jobs.js'
import {filter, query, toggleFilter} from '../state/list.js'
import {hasShortcuts} from '../state/preferences.js'
import {StateSign} from './sign.js'

/** What needs a person, first of all. */
export function Headline() {
  const [all, many] = [sortedJobs.value.length, needing.value]
  if (listedAt.value === undefined) return <h2 class="headline">Jobs</h2>
  const noun = all === 1 ? 'job' : 'jobs'
  if (many === 0) {
    return (
      <h2 class="headline">
        <span class="of-healthy">None of {`${all} ${noun}`}</span> needs you
      </h2>
    )
  }
  return (
    <h2 class="headline">
      <span class="of-failing">{`${many} of ${all} ${noun}`}</span> {many === 1 ? 'needs' : 'need'} you
    </h2>
  )
}

export function SearchField() {
  return (
    <div class="search">
      <label class="hidden" for="search">
        Find a job
      </label>
      <input
        id="search"
        type="search"
        placeholder="Find a job"
        autocomplete="off"
        spellcheck={false}
        value={query.value}
        onInput={({currentTarget}) => {
          query.value = currentTarget.value
        }}
      />
      {hasShortcuts.value === 'on' && <kbd>/</kbd>}
    </div>
  )
}

/** Each counts and filters. */
export function Chips() {
  const shown = groups.filter((group) => counts.value.has(group) || filter.value.has(group))
  return (
    <fieldset class="chips">
      <legend class="hidden">Show only</legend>
      {shown.map((group) => (
        <Chip key={group} group={group} />
      ))}
    </fieldset>
  )
}

function Chip({group}: {readonly group: StateGroup}) {
  return (
    <button type="button" class="chip" aria-pressed={filter.value.has(group)} onClick={() => toggleFilter(group)}>
      <StateSign state={group} />
      <b>{counts.value.get(group) ?? 0}</b> {group}
    </button>
  )
}

export function SettingsProblem() {
  if (settingsProblem.value === undefined) return null
  return (
    <p class="problem" role="status">
      The settings are wrong: {settingsProblem.value}
    </p>
  )
}
