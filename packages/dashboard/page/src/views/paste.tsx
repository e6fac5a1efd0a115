import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ExplainAnswer } from '../../../src/api/why.ts'
import { post } from '../api.ts'
import { Meaning } from '../parts/meaning.tsx'
import { Problem } from '../parts/texts.tsx'
import { doneWords, faultWords } from '../words.ts'

/** Any reply, pasted and explained. */
export function Paste(): JSX.Element {
  const [reply, setReply] = useState('')
  const [answer, setAnswer] = useState<ExplainAnswer | null>(null)
  const [error, setError] = useState<string | null>(null)
  const explain = async (): Promise<void> => {
    try {
      setAnswer(await post<ExplainAnswer>('explain', { reply }))
      setError(null)
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    }
  }
  return (
    <section class="card" aria-labelledby="paste">
      <h2 id="paste">Paste any reply</h2>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          void explain()
        }}
      >
        <label>
          <span>A reply, a bounce message’s words, or a line of a log</span>
          <textarea
            required
            maxLength={20_000}
            value={reply}
            placeholder="554 5.7.1 [HM08] Message rejected due to local policy. …"
            onInput={(event) => setReply(event.currentTarget.value)}
          />
        </label>
        <div>
          <button type="submit" class="main">
            Explain
          </button>
        </div>
      </form>
      <Problem text={error} />
      <div role="status" class="form">
        {answer === null ? null : (
          <>
            <h3>{answer.meaning?.title ?? 'No rule of Apple’s'}</h3>
            <p class="soft">
              {answer.whose} Fault: {faultWords(answer.fault)}. The message is {doneWords(answer.disposition)}
              . Sure: {answer.confidence}.
            </p>
            {answer.notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
            {answer.meaning === null ? null : <Meaning meaning={answer.meaning} />}
          </>
        )}
      </div>
    </section>
  )
}
