import {session} from '../state/machine.js'
import {hasShortcuts} from '../state/preferences.js'
import {Dialog} from './dialog.js'

const shortcuts = [
  ['/', 'find a job'],
  ['j', 'next job'],
  ['k', 'job before'],
  ['Enter', 'open the job'],
  ['Esc', 'back: out of the field, the job, the filter'],
  ['t', 'light or dark'],
  ['s', 'silence the job, or end its silence'],
  ['?', 'this list'],
]

export function ShortcutsDialog() {
  return (
    <Dialog title="Keyboard">
      <dl class="keys">
        {shortcuts.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={hasShortcuts.value === 'on'}
          onChange={({currentTarget}) => {
            hasShortcuts.value = currentTarget.checked ? 'on' : 'off'
          }}
        />
        Keys of one letter are on
      </label>
      <p class="sub">guard {session.value?.version ?? ''}</p>
    </Dialog>
  )
}
