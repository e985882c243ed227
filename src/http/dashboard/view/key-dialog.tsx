import {type Question, question, say} from '../state/dialog.js'
import {session, tryKey} from '../state/machine.js'
import {keepKey} from '../state/request.js'
import {Dialog} from './dialog.js'

/** @param next what was asked for before the key was there */
export function KeyDialog({next}: {readonly next: Question | undefined}) {
  const unlock = async (form: FormData) => {
    const tried = String(form.get('key') ?? '')
    session.value = await tryKey(tried)
    keepKey(tried)
    if (!next) return 'Changes are unlocked.'
    say('Changes are unlocked.')
    question.value = next
    return undefined
  }
  return (
    <Dialog title="Enter the key" verb="Unlock" act={unlock}>
      <p>
        It is the one that <code>guard serve</code> was started with, in <code>DASHBOARD_KEY</code> or its file. This
        tab keeps it until it is closed.
      </p>
      {/* For managers of passwords, which keep a name too. */}
      <input name="username" type="text" autocomplete="username" value="guard" readOnly hidden />
      <label>
        Key
        <input name="key" type="password" autocomplete="current-password" required />
      </label>
    </Dialog>
  )
}
