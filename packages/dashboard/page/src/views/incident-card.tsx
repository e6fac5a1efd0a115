import type { JSX } from 'preact'
import type { NowAnswer } from '../../../src/api/now.ts'
import { AskButton } from '../parts/ask-button.tsx'
import { Time } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { count, endingWords, visible, when } from '../words.ts'

/** Apple itself is broken, or was. */
export function IncidentCard({ incident }: { incident: NowAnswer['incidents'][number] }): JSX.Element {
  const { id, rules, since, endedAt, endedBy, numbers, retried, takenBack, givenUp } = incident
  const isOpen = endedAt === null
  return (
    <article class={`card ${isOpen ? 'bad' : ''}`}>
      <div class="bar">
        <h3>Incident at Apple</h3>
        <span class={`tag ${isOpen ? 'bad' : 'good'}`}>{isOpen ? 'lasts' : 'over'}</span>
      </div>
      <p>
        {count(numbers.refused)} good recipients out of {count(numbers.attempts)} attempts were refused with{' '}
        {rules.map(visible).join(', ')}; about {count(numbers.expected)} are usual.
      </p>
      <p class="small soft">
        {count(retried)} replies retried, {count(takenBack)} recipients given back, {count(givenUp)} messages
        given up before it was noticed.
      </p>
      <p class="small">
        Since <Time at={since} />
        {endedAt === null ? null : (
          <>
            , ended <Time at={endedAt} /> ({endingWords(endedBy ?? '')})
          </>
        )}
      </p>
      {isReadOnly() ? null : (
        <div class="row">
          {isOpen ? (
            <AskButton
              label="It is none"
              name={`It is none: incident since ${when(since)}`}
              question={{
                title: 'End this incident?',
                text: 'From now on its replies follow their policy again: addresses may be suppressed for them.',
                button: 'End it',
                action: 'close-incident',
                body: { incident: id },
              }}
            />
          ) : null}
          <AskButton
            label="Take back"
            name={`Take back what the incident since ${when(since)} did`}
            question={{
              title: 'Take back what its replies did?',
              text: 'Suppressions, doubts and counts that its replies led to, from its onset to its end, are taken back.',
              button: 'Take them back',
              action: 'release-incident',
              body: { incident: id },
              done: (done) => `${count(done)} suppressions were taken back.`,
            }}
          />
        </div>
      )}
    </article>
  )
}
