import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

/** Copies a text. Where the browser does not let pages copy, the text is marked, to be copied by hand. */
export function Copy({
  text,
  label,
  name = label,
}: {
  text: string
  label: string
  /** Begins with the label and says what is copied, where there are several. */
  name?: string
}): JSX.Element {
  const [state, setState] = useState<'no' | 'copied' | 'by hand'>('no')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      setState('by hand')
    }
  }
  return (
    <>
      <button type="button" aria-label={name} onClick={() => void copy()}>
        {label}
      </button>
      <span role="status" class="small soft">
        {state === 'copied'
          ? 'Copied.'
          : state === 'by hand'
            ? 'Your browser does not let pages copy: copy it from here.'
            : ''}
      </span>
      {state === 'by hand' ? (
        <textarea readOnly aria-label={label} value={text} ref={(element) => element?.select()} />
      ) : null}
    </>
  )
}
