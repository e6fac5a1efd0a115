import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ActionAnswer } from '../../../src/api/answers.ts'
import type { ActionName } from '../../../src/api/actions.ts'
import { post } from '../api.ts'
import { beat } from '../live.ts'
import { Problem } from './texts.tsx'

/** Something that is asked about before it is done. */
export interface Question {
  title: string
  /** What happens then. */
  text: string
  /** What the button says. */
  button: string
  action: ActionName
  body: Record<string, unknown>
  /** Said afterwards, with how much was changed. */
  done?: (done: number) => string
  after?: () => void
}

const asked = signal<Question | null>(null)
const said = signal<string | null>(null)

/** Asks before something is done. */
export function ask(question: Question): void {
  said.value = null
  // Another one each time, although the same may be asked again.
  asked.value = { ...question }
}

/** What was done last, for everybody to see and hear: what was pressed for it may be gone. */
export function Said(): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (said.value !== null) place.current?.focus()
  }, [said.value])
  return (
    <div role="status" aria-live="polite" tabIndex={-1} ref={place}>
      {said.value === null ? null : <p class="done">{said.value}</p>}
    </div>
  )
}

/** The question, over everything else. */
export function Confirm(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const [note, setNote] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const question = asked.value
  const shown = useRef<Question | null>(null)
  useEffect(() => {
    setNote('')
    setError(null)
    shown.current = question
    if (question !== null) dialog.current?.showModal()
    else dialog.current?.close()
  }, [question])
  const run = async (): Promise<void> => {
    if (question === null) return
    setBusy(true)
    try {
      const body = { ...question.body, ...(note.trim() !== '' && { note: note.trim() }) }
      const { done } = await post<ActionAnswer>(`actions/${question.action}`, body)
      said.value = question.done?.(done) ?? (done === 0 ? 'There was nothing to do any more.' : 'Done.')
      if (asked.value === question) asked.value = null
      question.after?.()
      beat()
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    } finally {
      setBusy(false)
    }
  }
  // The browser says so a frame after Escape: who is quick has asked for something by then.
  const onClose = (): void => {
    if (dialog.current?.open === false && asked.value === shown.current) asked.value = null
  }
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={onClose}>
      {question === null ? null : (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault()
            void run()
          }}
        >
          <h2 id="question">{question.title}</h2>
          <p>{question.text}</p>
          <label>
            <span>Why (kept in the log, if you like)</span>
            <input value={note} maxLength={1000} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <Problem text={error} />
          <div class="row">
            <button type="submit" class="main" disabled={isBusy}>
              {question.button}
            </button>
            <button type="button" onClick={() => (asked.value = null)}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </dialog>
  )
}
