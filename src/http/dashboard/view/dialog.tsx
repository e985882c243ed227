import type {ComponentChildren} from 'preact'
import {useLayoutEffect, useRef, useState} from 'preact/hooks'
import {question, say} from '../state/dialog.js'
import {RefusedError, textOfError} from '../state/request.js'

interface DialogProps {
  readonly title: string
  readonly children: ComponentChildren
  /** Does it and gives the sentence that says so. */
  readonly act?: (form: FormData) => Promise<string | undefined>
  /** What the button says. */
  readonly verb?: string
}

function closeDialog(): void {
  question.value = undefined
}

/** A question that says what will happen. The browser keeps the focus inside, and gives it back at the end. */
export function Dialog({title, children, act, verb}: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  // At once: what is typed next is meant for the dialog.
  useLayoutEffect(() => element.current?.showModal(), [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!act || isBusy) return act ? undefined : closeDialog()
    setBusy(true)
    setError(undefined)
    try {
      const done = await act(new FormData(event.currentTarget as HTMLFormElement))
      if (done !== undefined) {
        closeDialog()
        say(done)
      }
    } catch (refusal) {
      setError(refusal)
    }
    setBusy(false)
  }
  return (
    <dialog ref={element} aria-labelledby="asked" onClose={closeDialog}>
      <form onSubmit={submit}>
        <h2 id="asked">{title}</h2>
        {children}
        {error !== undefined && <Refusal error={error} />}
        <div class="buttons">
          {act && (
            <button type="button" onClick={closeDialog}>
              Cancel
            </button>
          )}
          <button type="submit" class="main" aria-disabled={isBusy}>
            {act ? verb : 'Close'}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function Refusal({error}: {readonly error: unknown}) {
  const hints = error instanceof RefusedError ? error.hints : []
  return (
    <div class="problem" role="alert" id="refusal">
      {textOfError(error)}
      {hints.map((hint) => (
        <div key={hint} class="sub">
          {hint}
        </div>
      ))}
    </div>
  )
}
