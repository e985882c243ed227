import {useState} from 'preact/hooks'
import {silenceJob} from '../state/actions.js'
import {clockOf, serverNow} from '../state/clock.js'
import {Dialog} from './dialog.js'

const hourMs = 3_600_000
const untilHealthy = 'until-healthy'

const spans: readonly (readonly [string, string, number])[] = [
  ['1h', '1 hour', hourMs],
  ['2h', '2 hours', 2 * hourMs],
  ['8h', '8 hours', 8 * hourMs],
  ['24h', '1 day', 24 * hourMs],
  ['72h', '3 days', 72 * hourMs],
]

export function SilenceDialog({job}: {readonly job: string}) {
  const [chosen, choose] = useState('2h')
  const act = (form: FormData) => {
    const reason = String(form.get('reason') ?? '').trim()
    return silenceJob({job, reason, for: chosen === untilHealthy ? undefined : chosen})
  }
  return (
    <Dialog title={`Silence ${job}?`} verb="Silence" act={act}>
      <p>{whatHappens(job, chosen)} It is still watched, and its incidents go on record.</p>
      <label>
        For
        <select name="for" value={chosen} onChange={({currentTarget}) => choose(currentTarget.value)}>
          {spans.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
          <option value={untilHealthy}>until it is healthy</option>
        </select>
      </label>
      <label>
        Why
        <input
          name="reason"
          type="text"
          required
          maxLength={200}
          autocomplete="off"
          placeholder="disk is being replaced"
        />
      </label>
    </Dialog>
  )
}

function whatHappens(job: string, chosen: string): string {
  const span = spans.find(([value]) => value === chosen)
  if (!span) return `Nobody is told about ${job} until it is healthy again, at most for 30 days.`
  return `Nobody is told about ${job} until ${clockOf(new Date(serverNow() + span[2]).toISOString())}.`
}
