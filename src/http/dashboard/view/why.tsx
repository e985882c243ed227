import type {JobJson, SentenceJson} from '../json.js'
import {secondsOf} from '../state/clock.js'
import {story} from '../state/detail.js'

/** The story as `guard why` tells it: its answer, and each sentence with the record that says so. */
export function Why({job}: {readonly job: JobJson | undefined}) {
  const told = story.value
  // What stands at the head of the panel need not be said twice.
  const isSaid = told?.answer === `${job?.job} is ${job?.state}: ${job?.reason}.`
  return (
    <section class="why" aria-labelledby="why">
      <h3 id="why">Why</h3>
      {!told && <p class="sub">Loading…</p>}
      {told && !isSaid && <p class="answer">{told.answer}</p>}
      {told?.sections.map(({title, sentences}) => (
        <div key={title}>
          <h4>{title}</h4>
          <ol class="story">
            {sentences.map((sentence, index) => (
              <Sentence key={`${index} ${sentence.text}`} sentence={sentence} />
            ))}
          </ol>
        </div>
      ))}
      {told && told.known.length > 0 && <Known lines={told.known} />}
      {told && told.mend.length > 0 && <Mend commands={told.mend} />}
    </section>
  )
}

function Sentence({sentence}: {readonly sentence: SentenceJson}) {
  const {at, text, journal, record} = sentence
  return (
    <li class={isBad(sentence) ? 'bad' : ''}>
      {at === undefined ? <span>now</span> : <time dateTime={at}>{secondsOf(at)}</time>}
      <div>
        {text}
        {journal !== undefined && (
          <div class="source">
            {journal}.jsonl{typeof record?.['id'] === 'string' && ` · ${record['id'].slice(0, 6)}`}
          </div>
        )}
      </div>
    </li>
  )
}

/** What its record tells is a failure. */
function isBad({record}: SentenceJson): boolean {
  if (!record) return false
  const {kind, outcome, ok} = record
  if (kind === 'ended' || kind === 'attempt-ended') return outcome !== undefined && outcome !== 'healthy'
  return kind === 'interrupted' || kind === 'opened' || ok === false
}

function Known({lines}: {readonly lines: readonly string[]}) {
  return (
    <div>
      <h4>What is known</h4>
      <ul class="known">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}

function Mend({commands}: {readonly commands: readonly string[]}) {
  return (
    <div>
      <h4>What to type</h4>
      <ul class="known">
        {commands.map((command) => (
          <li key={command}>
            <code>{command}</code>
          </li>
        ))}
      </ul>
    </div>
  )
}
