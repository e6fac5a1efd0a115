import type { JSX } from 'preact'
import { ago, visible, when, whenExactly } from '../words.ts'

/** What somebody else wrote: shown letter by letter, whatever is in it. */
export function Reply({ text }: { text: string }): JSX.Element {
  return (
    <pre class="reply" tabIndex={0} role="region" aria-label="Reply">
      {visible(text.replaceAll('\r\n', '\n'))}
    </pre>
  )
}

/** A name that others gave: an address, a lane, a stream. */
export function Name({ text }: { text: string }): JSX.Element {
  return <bdi class="name">{visible(text)}</bdi>
}

export function Time({ at }: { at: number }): JSX.Element {
  return (
    <time dateTime={new Date(at).toISOString()} title={whenExactly(at)}>
      {when(at)} <span class="soft">({ago(at)})</span>
    </time>
  )
}

export function Problem({ text }: { text: string | null }): JSX.Element | null {
  return text === null ? null : (
    <p class="error" role="alert">
      {visible(text)}
    </p>
  )
}

export function Empty({ children }: { children: preact.ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>
}
