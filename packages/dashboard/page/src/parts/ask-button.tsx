import type { JSX } from 'preact'
import { isReadOnly } from '../session.ts'
import { ask, type Question } from './confirm.tsx'

/** A button that asks before anything is done. There is none where nothing may be changed. */
export function AskButton({
  label,
  name,
  isLink = false,
  question,
}: {
  label: string
  /** Begins with the label and says what it is about, for those who hear it among other buttons. */
  name: string
  /** Stands in a line of text. */
  isLink?: boolean
  question: Question
}): JSX.Element | null {
  if (isReadOnly()) return null
  return (
    <button
      type="button"
      class={isLink ? 'link' : ''}
      aria-haspopup="dialog"
      aria-label={name}
      onClick={() => ask(question)}
    >
      {label} …
    </button>
  )
}
