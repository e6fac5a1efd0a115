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
  const [recipient, setRecipient] = useState('')
  const [answer, setAnswer] = useState<ExplainAnswer | null>(null)
  const [error, setError] = useState<string | null>(null)
  const explain = async (): Promise<void> => {
    try {
      setAnswer(await post<ExplainAnswer>('explain', { reply, recipient: recipient.trim() }))
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
        <label>
          <span>Recipient, if the reply does not name one (others use such words too)</span>
          <input
            value={recipient}
            maxLength={320}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="anna@icloud.com"
            onInput={(event) => setRecipient(event.currentTarget.value)}
          />
        </label>
        <div>
          <button type="submit" class="main">
            Explain
          </button>
        </div>
      </form>
      <Problem text={error} />
      <p role="status" class="hidden">
        {answer === null ? '' : `It is explained below: ${titleOf(answer)}`}
      </p>
      {answer === null ? null : (
        <div class="form">
          <h3>{titleOf(answer)}</h3>
          <p class="soft">
            {answer.whose} Fault: {faultWords(answer.fault)}. The message is {doneWords(answer.disposition)}.
            Sure: {answer.confidence}.
          </p>
          {answer.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
          {answer.meaning === null ? null : <Meaning meaning={answer.meaning} />}
        </div>
      )}
    </section>
  )
}

function titleOf({ meaning }: ExplainAnswer): string {
  return meaning?.title ?? 'No rule of Apple’s'
}
