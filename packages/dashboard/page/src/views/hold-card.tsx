import type { JSX } from 'preact'
import type { ShownHold } from '../../../src/api/now.ts'
import { AskButton } from '../parts/ask-button.tsx'
import { Name, Reply, Time } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { faultWords, scopeWords, visible } from '../words.ts'

/** Something is closed: why, since when, until when. */
export function HoldCard({ hold }: { hold: ShownHold }): JSX.Element {
  const { scope, id, rule, since, until, reply, halfOpen, meaning } = hold
  const what = scopeWords(hold)
  return (
    <article class={`card ${halfOpen ? 'wait' : 'bad'}`}>
      <div class="bar">
        <h3>
          {what} <Name text={id} />
        </h3>
        <span class={`tag ${halfOpen ? 'wait' : 'bad'}`}>{halfOpen ? 'opens slowly' : 'held'}</span>
      </div>
      <p>
        {meaning === null ? visible(rule) : `${meaning.title}. The fault: ${faultWords(meaning.fault)}.`}
        {meaning === null ? null : (
          <>
            {' '}
            <a href={`#/why/${encodeURIComponent(meaning.id)}`} aria-label={`What to do: ${meaning.title}`}>
              What to do
            </a>
          </>
        )}
      </p>
      {reply === '' ? null : <Reply text={reply} />}
      <p class="small">
        Since <Time at={since} />.{' '}
        {halfOpen ? (
          'Apple took a probe, so mail goes some at a time.'
        ) : (
          <>
            {until > Date.now() ? (
              <>
                Next probe or end: <Time at={until} />.
              </>
            ) : (
              'The next mail is its probe.'
            )}
          </>
        )}
      </p>
      {isReadOnly() ? null : (
        <div>
          <AskButton
            label="Release"
            name={`Release ${what.toLowerCase()} ${visible(id)}`}
            question={{
              title: `Release ${what.toLowerCase()} ${visible(id).slice(0, 80)}?`,
              text: 'All mail that waits for it goes at once. If the cause is still there, Apple refuses it again, and may think worse of you.',
              button: 'Release it',
              action: 'release-hold',
              body: { scope, id },
              done: (done) => (done === 0 ? 'It was open already.' : 'Released: its mail goes now.'),
            }}
          />
        </div>
      )}
    </article>
  )
}
