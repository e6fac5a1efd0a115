import type { JSX } from 'preact'
import type { NowAnswer } from '../../../src/api/now.ts'
import { AskButton } from '../parts/ask-button.tsx'
import { Name } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { count, visible } from '../words.ts'

/** A campaign waits for its test batch, or was stopped by it. */
export function CanaryCard({ canary }: { canary: NowAnswer['canaries'][number] }): JSX.Element {
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
          <AskButton
            label="Let it go"
            name={`Let it go: campaign ${visible(id)}`}

            question={{
              title: `Let the rest of ${visible(id).slice(0, 80)} go?`,
              text: 'All recipients of the campaign that wait are sent to, whatever its test batch found.',
              button: 'Let it go',
              action: 'release-campaign',
              body: { campaign: id },
            }}
          />
        </div>
      )}
    </article>
  )
}
