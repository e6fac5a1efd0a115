import type { JSX } from 'preact'
import type { AddressAnswer } from '../../../src/api/who.ts'
import { AskButton } from '../parts/ask-button.tsx'
import { Feed } from '../parts/feed.tsx'
import { Meaning } from '../parts/meaning.tsx'
import { Name, Problem, Reply, Time } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { useAnswer } from '../use-answer.ts'
import { count, originWords, streamWords, visible } from '../words.ts'

/** All that is known of one address. */
export function Address({ recipient }: { recipient: string }): JSX.Element {
  const { data, error } = useAnswer<AddressAnswer>('address', { address: recipient })
  return (
    <section aria-labelledby="address">
      <div class="bar">
        <h2 id="address">
          <Name text={data?.recipient ?? recipient} />
        </h2>
        <a href="#/who" aria-label={`Close ${visible(data?.recipient ?? recipient)}`}>
          Close
        </a>
      </div>
      <Problem text={error} />
      {data === null ? null : <Known data={data} />}
    </section>
  )
}

function Known({ data }: { data: AddressAnswer }): JSX.Element {
  const { recipient, reasons, suppressions, softBounces, quarantine, deferred, important, lastDeliveredAt } =
    data
  const hasTraces = softBounces.length > 0 || quarantine !== null || deferred !== null
  return (
    <>
      <div class="card">
        <ul class="causes">
          {reasons.map(({ text, remedy }) => (
            <li key={text}>
              {capital(visible(text))}.
              {remedy === null ? null : <span class="soft"> What helps: {visible(remedy)}.</span>}
            </li>
          ))}
        </ul>
        <p class="small soft">
          {lastDeliveredAt === null ? (
            'Apple has not accepted mail for it, as far as is known.'
          ) : (
            <>
              Apple last accepted mail for it <Time at={lastDeliveredAt} />.
            </>
          )}
          {important ? ' It is marked as important.' : ''}
        </p>
        {isReadOnly() ? null : (
          <div class="row">
            {hasTraces && !suppressions.some(({ origin }) => origin === 'reply') ? (
              <ReleaseButton recipient={recipient} origin="reply" label="Release" />
            ) : null}
            <AskButton
              label="Suppress"
              name={`Suppress ${visible(recipient)}`}
              question={{
                title: 'Suppress this address?',
                text: 'No mail goes to it any more, of any stream, until it is released by hand.',
                button: 'Suppress it',
                action: 'suppress',
                body: { address: recipient },
                done: () => 'Suppressed.',
              }}
            />
            <AskButton
              label={important ? 'Not important any more' : 'Mark as important'}
              name={`${important ? 'Not important any more' : 'Mark as important'}: ${visible(recipient)}`}
              question={{
                title: important ? 'Not important any more?' : 'Mark it as important?',
                text: important
                  ? 'No alert is raised any more if a reply suppresses it.'
                  : 'If a reply suppresses it, an alert is raised.',
                button: important ? 'Take the mark away' : 'Mark it',
                action: 'mark-important',
                body: { address: recipient, important: !important },
                done: () => 'Done.',
              }}
            />
          </div>
        )}
      </div>
      {suppressions.map((suppression) => (
        <article class="card bad" key={suppression.origin}>
          <div class="bar">
            <h3>Suppressed for {streamWords(suppression.streams)}</h3>
            <span class="tag">{originWords(suppression.origin)}</span>
          </div>
          {suppression.reply === null ? null : <Reply text={suppression.reply} />}
          {suppression.earlier === undefined ? null : (
            <>
              <p class="small soft">
                It confirms an earlier one, <Time at={suppression.earlier.at} />:
              </p>
              <Reply text={suppression.earlier.reply} />
            </>
          )}
          <p class="small">
            Since <Time at={suppression.at} />
            {suppression.rule === null ? null : `, by the rule ${visible(suppression.rule)}`}
            {suppression.messageId === null ? null : (
              <>
                , message <Name text={suppression.messageId} />
              </>
            )}
            {suppression.note === null ? null : (
              <>
                . Note: <Name text={suppression.note} />
              </>
            )}
          </p>
          <div>
            <ReleaseButton recipient={recipient} origin={suppression.origin} label="Release" />
          </div>
        </article>
      ))}
      {Object.values(data.meanings).map((meaning) => (
        <details class="rule" key={meaning.id}>
          <summary>
            <span>
              <strong>{meaning.title}</strong>
              <span class="small soft">What it means, and what to do</span>
            </span>
          </summary>
          <div>
            <Meaning meaning={meaning} />
          </div>
        </details>
      ))}
      <div class="card">
        <h3>History</h3>
        {data.events.length === 0 ? (
          <p class="soft">The event log has nothing about it.</p>
        ) : (
          <>
            <Feed events={data.events} label="History of this address" />
            <details>
              <summary>The replies, word by word</summary>
              <div class="form">
                {data.events
                  .filter(({ reply }) => reply !== null && reply !== '')
                  .slice(0, 20)
                  .map(({ id, at, reply }) => (
                    <div key={id}>
                      <p class="small soft">
                        <Time at={at} />
                      </p>
                      <Reply text={reply ?? ''} />
                    </div>
                  ))}
              </div>
            </details>
          </>
        )}
      </div>
    </>
  )
}

const warnings: Readonly<Record<string, string>> = {
  reply:
    'What replies did to it is taken back: suppression, counts and waiting. Its next mail goes to Apple again.',
  unsubscribe: 'The reader asked for no more mail. Release it only if the reader asks you to.',
  complaint: 'The reader complained. Release it only if the reader asks you to.',
  import: 'It was on a list that was imported. Release it only if that was a mistake.',
  operator: 'Somebody suppressed it by hand. Release it only if that was a mistake.',
}

function ReleaseButton({
  recipient,
  origin,
  label,
}: {
  recipient: string
  origin: string
  label: string
}): JSX.Element {
  return (
    <AskButton
      label={label}
      name={`${label}: ${visible(recipient)}, ${originWords(origin)}`}
      question={{
        title: `Release ${visible(recipient)}?`,
        text: warnings[origin] ?? '',
        button: 'Release it',
        action: 'release-address',
        body: { address: recipient, origin },
        done: (done) =>
          done === 0
            ? origin === 'reply'
              ? 'What replies did is taken back.'
              : 'There was no suppression of this kind any more.'
            : `${count(done)} suppression released.`,
      }}
    />
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
