import {effect, signal} from '@preact/signals'
import {notice, question} from '../state/dialog.js'
import {needing, sortedJobs} from '../state/jobs.js'
import {connection} from '../state/live.js'
import {incidents, session} from '../state/machine.js'
import {chosenJob, leaveJob} from '../state/route.js'
import {LostBanner} from './banner.js'
import {Header} from './header.js'
import {JobList} from './job-list.js'
import {JobPanel} from './job-panel.js'
import {MachinePanel} from './machine-panel.js'
import {Chips, Headline, SearchField, SettingsProblem} from './overview.js'
import {Questions} from './questions.js'
import {IncidentsPanel, NextHourPanel} from './side.js'

/** What a narrow screen shows at a time. */
const tabs = ['Jobs', 'Incidents', 'Next', 'Machine'] as const
const tab = signal<(typeof tabs)[number]>('Jobs')

export function App() {
  const job = chosenJob.value
  return (
    <div class={`app on-${tab.value.toLowerCase()}${job === undefined ? '' : ' with-job'}`}>
      <Header />
      <LostBanner />
      {connection.value.is === 'denied' ? <Denied /> : <Board job={job} />}
      <Messages />
      <Questions />
    </div>
  )
}

function Board({job}: {readonly job: string | undefined}) {
  return (
    <>
      <main class="board">
        <section class="list" aria-label="Jobs">
          <div class="title">
            <Headline />
            <SearchField />
          </div>
          <SettingsProblem />
          <Chips />
          <JobList />
        </section>
        <section class="side" aria-label={job === undefined ? 'Machine' : 'Chosen job'}>
          {job === undefined ? (
            <>
              <IncidentsPanel />
              <NextHourPanel />
              <MachinePanel />
            </>
          ) : (
            <JobPanel name={job} />
          )}
        </section>
      </main>
      <Tabs />
    </>
  )
}

function Tabs() {
  const countOf = {
    Jobs: sortedJobs.value.length,
    Incidents: incidents.value?.length,
    Next: undefined,
    Machine: undefined,
  }
  return (
    <nav class="tabs" aria-label="Parts">
      {tabs.map((name) => (
        <button
          key={name}
          type="button"
          aria-current={tab.value === name ? 'page' : undefined}
          onClick={() => {
            tab.value = name
            leaveJob()
          }}
        >
          {name} {countOf[name] !== undefined && <span class="count">{countOf[name]}</span>}
        </button>
      ))}
    </nav>
  )
}

/** Reading needs the key too. */
function Denied() {
  return (
    <main class="denied panel">
      <h2>The key is needed</h2>
      <p>This server shows its jobs only to those who have the key.</p>
      <button
        type="button"
        class="main"
        onClick={() => {
          question.value = {ask: 'key'}
        }}
      >
        Enter the key
      </button>
    </main>
  )
}

/** What was done, and for those who hear the page the headline, whenever it changes. */
function Messages() {
  return (
    <section aria-label="Messages">
      <div class="notice" role="status">
        {notice.value !== undefined && <p>{notice.value}</p>}
      </div>
      <p class="hidden" role="status">
        {`${needing.value} of ${sortedJobs.value.length} jobs need you`}
      </p>
    </section>
  )
}

/** The tab of the browser says it too. */
export function keepTitle(): void {
  effect(() => {
    const count = needing.value === 0 ? '' : `(${needing.value}) `
    const host = session.value?.host
    document.title = `${count}guard${host === undefined ? '' : `, ${host}`}`
  })
}
