import {effect, signal} from '@preact/signals'
import {jobSignal} from './jobs.js'
import {canChange, isUnlocked} from './machine.js'

/** The question that is asked now; one at a time. */
export type Question =
  | {readonly ask: 'key'; readonly next?: Question}
  | {readonly ask: 'run' | 'silence'; readonly job: string}
  | {readonly ask: 'unsilence'; readonly job: string; readonly silenceId: string}
  | {readonly ask: 'reset-breaker'; readonly job: string; readonly target: string}
  | {readonly ask: 'scheduler'; readonly verb: 'start' | 'stop'}
  | {readonly ask: 'shortcuts'}

export const question = signal<Question | undefined>(undefined)

/** What was done, said for a moment. */
export const notice = signal<string | undefined>(undefined)

/** The focus goes back to what asked; if that is gone, or locked, to the heading of the job. */
export function keepFocus(): void {
  let asker: Element | null = null
  effect(() => {
    if (question.value) {
      asker ??= document.activeElement
      return
    }
    const back = asker
    asker = null
    // The dialog is taken away first.
    if (back) requestAnimationFrame(() => focusOn(back))
  })
}

function focusOn(element: Element): void {
  const isThere = element.isConnected && element !== document.body && !element.matches(':disabled')
  const target = isThere ? element : document.getElementById('chosen')
  if (target instanceof HTMLElement) target.focus()
}

/** Asks for the key first where it is needed. */
export function askFor(wanted: Question): void {
  question.value = isUnlocked.value ? wanted : {ask: 'key', next: wanted}
}

export function askToSilence(job: string): void {
  if (!canChange.value) return
  const silence = jobSignal(job)?.peek().silence
  askFor(silence ? {ask: 'unsilence', job, silenceId: silence.silenceId} : {ask: 'silence', job})
}

const noticeMs = 8000
let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string): void {
  notice.value = text
  clearTimeout(timer)
  timer = setTimeout(() => {
    notice.value = undefined
  }, noticeMs)
}
