import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ReportAnswer } from '../../../src/api/answers.ts'
import { post } from '../api.ts'
import { Copy } from '../parts/copy.tsx'
import { Problem } from '../parts/texts.tsx'
import { visible } from '../words.ts'

const fields = [
  ['company', 'Company', 'Example Shop Ltd', 200, true],
  ['domain', 'Domain that the mail comes from', 'example.com', 253, true],
  ['ips', 'IPs of your mail servers, separated by spaces', '192.0.2.10', 5000, true],
  ['contact', 'Who signs', 'Anna Example, postmaster@example.com', 200, false],
] as const

const kept = 'report'

/** The letter to Apple's postmaster. */
export function Report(): JSX.Element {
  const [form, setForm] = useState<Record<string, string>>(remembered)
  const [letter, setLetter] = useState<ReportAnswer | null>(null)
  const [error, setError] = useState<string | null>(null)
  const set = (name: string, value: string): void => setForm((old) => ({ ...old, [name]: value }))
  const write = async (): Promise<void> => {
    try {
      setLetter(await post<ReportAnswer>('report', form))
      setError(null)
      const { description: _, remediation: __, ...lasting } = form
      localStorage.setItem(kept, JSON.stringify(lasting))
    } catch (failure) {
      setLetter(null)
      setError(failure instanceof Error ? failure.message : String(failure))
    }
  }
  return (
    <>
      <header>
        <div>
          <h1>Report to Apple</h1>
          <p>
            A letter to Apple’s postmaster with the five things they ask for. The errors come from what was
            recorded in the last 7 days, without the names of your readers. Nothing is sent: you read it, and
            send it yourself.
          </p>
        </div>
      </header>
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault()
          void write()
        }}
      >
        {fields.map(([name, label, placeholder, longest, isRequired]) => (
          <label key={name}>
            <span>{label}</span>
            <input
              value={form[name] ?? ''}
              placeholder={placeholder}
              maxLength={longest}
              required={isRequired}
              onInput={(event) => set(name, event.currentTarget.value)}
            />
          </label>
        ))}
        <label>
          <span>What is wrong</span>
          <textarea
            value={form.description ?? ''}
            maxLength={5000}
            required
            placeholder="Order confirmations to iCloud addresses are refused although …"
            onInput={(event) => set('description', event.currentTarget.value)}
          />
        </label>
        <label>
          <span>What you have done about it</span>
          <textarea
            value={form.remediation ?? ''}
            maxLength={5000}
            onInput={(event) => set('remediation', event.currentTarget.value)}
          />
        </label>
        <div>
          <button class="main" type="submit">
            Write the letter
          </button>
        </div>
        <Problem text={error} />
      </form>
      <p role="status" class="hidden">
        {letter === null ? '' : 'The letter is written; it follows the form.'}
      </p>
      {letter === null ? null : <Letter letter={letter} />}
    </>
  )
}

function Letter({ letter: { to, subject, text, notes } }: { letter: ReportAnswer }): JSX.Element {
  return (
    <article class="card">
      {notes.length === 0 ? null : (
        <div class="notice">
          <ul class="causes">
            {notes.map((note) => (
              <li key={note}>{visible(note)}</li>
            ))}
          </ul>
        </div>
      )}
      <dl class="form">
        <div>
          <dt class="soft small">To</dt>
          <dd>{to}</dd>
        </div>
        <div>
          <dt class="soft small">Subject</dt>
          <dd>{visible(subject)}</dd>
        </div>
      </dl>
      <pre class="reply whole" tabIndex={0} role="region" aria-label="The letter">
        {visible(text)}
      </pre>
      <div class="row">
        <Copy text={text} label="Copy the letter" />
        <Copy text={subject} label="Copy the subject" />
      </div>
    </article>
  )
}

function remembered(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(kept) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}
