import type { JSX } from 'preact'
import type { NowAnswer, ShownHold } from '../../../src/api/now.ts'
import { ask } from '../parts/confirm.tsx'
import { Name, Reply, Time } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { count, faultWords, scopeWords, visible } from '../words.ts'

/** What holds mail back, each with why, since when, until when, and the way out. */
export function Troubles({ data }: { data: NowAnswer }): JSX.Element | null {
  const { holds, incidents, canaries } = data
  if (holds.length + incidents.length + canaries.length === 0) return null
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles">What needs a look</h2>
      <div class="grid">
        {incidents.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} />
        ))}
        {holds.map((hold) => (
          <HoldCard key={`${hold.scope}/${hold.id}`} hold={hold} />
        ))}
        {canaries.map((canary) => (
          <CanaryCard key={canary.id} canary={canary} />
        ))}
      </div>
    </section>
  )
}

function IncidentCard({ incident }: { incident: NowAnswer['incidents'][number] }): JSX.Element {
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
            , ended <Time at={endedAt} /> ({endedBy === 'hand' ? 'by hand' : endedBy})
          </>
        )}
      </p>
      {isReadOnly() ? null : (
        <div class="row">
          {isOpen ? (
            <button
              type="button"
              onClick={() =>
                ask({
                  title: 'End this incident?',
                  text: 'From now on its replies follow their policy again: addresses may be suppressed for them.',
                  button: 'End it',
                  action: 'close-incident',
                  body: { incident: id },
                })
              }
            >
              It is none …
            </button>
          ) : null}
          <button
            type="button"
            onClick={() =>
              ask({
                title: 'Take back what its replies did?',
                text: 'Suppressions, doubts and counts that its replies led to, from its onset to its end, are taken back.',
                button: 'Take them back',
                action: 'release-incident',
                body: { incident: id },
                done: (done) => `${count(done)} suppressions were taken back.`,
              })
            }
          >
            Take back …
          </button>
        </div>
      )}
    </article>
  )
}

function HoldCard({ hold }: { hold: ShownHold }): JSX.Element {
  const { scope, id, rule, since, until, reply, halfOpen, meaning } = hold
  return (
    <article class={`card ${halfOpen ? 'wait' : 'bad'}`}>
      <div class="bar">
        <h3>
          {scopeWords(scope)} <Name text={id} />
        </h3>
        <span class={`tag ${halfOpen ? 'wait' : 'bad'}`}>{halfOpen ? 'opens slowly' : 'held'}</span>
      </div>
      <p>
        {meaning === null ? visible(rule) : `${meaning.title}. The fault: ${faultWords(meaning.fault)}.`}
        {meaning === null ? null : (
          <>
            {' '}
            <a href={`#/why/${encodeURIComponent(meaning.id)}`}>What to do</a>
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
          <button
            type="button"
            onClick={() =>
              ask({
                title: `Release ${scopeWords(scope).toLowerCase()} ${visible(id).slice(0, 80)}?`,
                text: 'All mail that waits for it goes at once. If the cause is still there, Apple refuses it again, and may think worse of you.',
                button: 'Release it',
                action: 'release-hold',
                body: { scope, id },
                done: (done) => (done === 0 ? 'It was open already.' : 'Released: its mail goes now.'),
              })
            }
          >
            Release …
          </button>
        </div>
      )}
    </article>
  )
}

function CanaryCard({ canary }: { canary: NowAnswer['canaries'][number] }): JSX.Element {
  const { id, size, asked, verdict, reason } = canary
  const isStopped = verdict === 'stop'
  return (
    <article class={`card ${isStopped ? 'bad' : 'wait'}`}>
      <div class="bar">
        <h3>
          Campaign <Name text={id} />
        </h3>
        <span class={`tag ${isStopped ? 'bad' : 'wait'}`}>{isStopped ? 'stopped' : 'tests'}</span>
      </div>
      <p>
        {isStopped
          ? visible(reason ?? 'Its test batch found too many bad replies.')
          : `${count(asked)} of the first ${count(size)} recipients were let go; the rest waits for their answers.`}
      </p>
      {isReadOnly() ? null : (
        <div>
          <button
            type="button"
            onClick={() =>
              ask({
                title: `Let the rest of ${visible(id).slice(0, 80)} go?`,
                text: 'All recipients of the campaign that wait are sent to, whatever its test batch found.',
                button: 'Let it go',
                action: 'release-campaign',
                body: { campaign: id },
              })
            }
          >
            Let it go …
          </button>
        </div>
      )}
    </article>
  )
}
