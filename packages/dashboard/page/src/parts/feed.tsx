import type { JSX } from 'preact'
import type { LiveEvent } from '../../../src/live/live-event.ts'
import { isBusy } from '../live.ts'
import { clockTime, endingWords, happenedWords, subjectWords, visible, whenExactly } from '../words.ts'
import { Name } from './texts.tsx'

const colors: Readonly<Record<string, string>> = {
  delivered: 'good',
  'scope-released': 'good',
  'incident-closed': 'good',
  retry: 'waiting',
  hold: 'waiting',
  'scope-held': 'waiting',
  'lane-slowed': 'waiting',
  'soft-bounce': 'bounced',
  suppress: 'bounced',
  fail: 'refused',
  alert: 'refused',
  'incident-opened': 'refused',
}

/** What happened, the newest first. */
export function Feed({
  events,
  label,
  isShort,
}: {
  events: readonly LiveEvent[]
  label: string
  /** Without sentences. */
  isShort?: boolean
}): JSX.Element {
  return (
    <ul class="feed" aria-label={label}>
      {events.map((event) => (
        <li key={event.id} class={isBusy.value ? '' : 'fresh'}>
          <time dateTime={new Date(event.at).toISOString()} title={whenExactly(event.at)}>
            {clockTime(event.at)}
          </time>
          <Name text={subjectWords(event.subject)} />
          <span class={`what dot ${colors[event.type] ?? ''}`}>
            {happenedWords(event)}
            {event.rule === null ? null : <span class="soft"> · {visible(event.rule)}</span>}
            {event.kind === null || event.rule !== null ? null : (
              <span class="soft"> · {visible(event.kind)}</span>
            )}
            {event.by === null ? null : (
              <span class="soft">
                {' · '}
                {event.type === 'incident-closed'
                  ? visible(endingWords(event.by))
                  : `by ${visible(event.by)}`}
              </span>
            )}
          </span>
          {event.message === null || isShort === true ? null : (
            <span class="said small soft">{visible(event.message)}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
