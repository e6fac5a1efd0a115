import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ImportAnswer } from '../../../src/api/answers.ts'
import { post } from '../api.ts'
import { beat } from '../live.ts'
import { Problem } from '../parts/texts.tsx'
import { isReadOnly } from '../session.ts'
import { count } from '../words.ts'

/** Suppressions as files. */
export function Files(): JSX.Element {
  const [file, setFile] = useState<File | null>(null)
  const [answer, setAnswer] = useState<ImportAnswer | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    if (file === null) return
    setBusy(true)
    setAnswer(null)
    setError(null)
    try {
      const format = /\.(?:nd)?jsonl?$/i.test(file.name) ? 'ndjson' : 'csv'
      const query = new URLSearchParams({ format, note: `imported from ${file.name}`.slice(0, 200) })
      setAnswer(await post<ImportAnswer>(`import?${query.toString()}`, file))
      beat()
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    } finally {
      setBusy(false)
    }
  }
  return (
    <section class="card" aria-labelledby="files">
      <h2 id="files">Export and import</h2>
      <div class="row">
        <a class="button" href="api/export?format=csv" download>
          Export as CSV
        </a>
        <a class="button" href="api/export?format=ndjson" download>
          Export as NDJSON
        </a>
      </div>
      {isReadOnly() ? null : (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault()
            void run()
          }}
        >
          <label>
            <span>
              Import a list: our own export, or another program’s (CSV with a header, or one JSON object a
              line)
            </span>
            <input
              type="file"
              accept=".csv,.txt,.ndjson,.jsonl,.json"
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          </label>
          <p class="small soft">
            Everybody on it is suppressed for all mail, unless the file says otherwise. What is known is never
            weakened, and the same file again changes nothing.
          </p>
          <div>
            <button type="submit" disabled={file === null || isBusy}>
              {isBusy ? 'Importing …' : 'Import'}
            </button>
          </div>
        </form>
      )}
      <Problem text={error} />
      <div role="status">
        {answer === null ? null : (
          <p class="done">
            {count(answer.rows)} rows: {count(answer.added)} added, {count(answer.merged)} merged,{' '}
            {count(answer.unchanged)} known, {count(answer.bad)} could not be read
            {answer.badRows.length === 0
              ? '.'
              : `: ${answer.badRows
                  .slice(0, 5)
                  .map(({ line, reason }) => `line ${line} (${reason})`)
                  .join(', ')}.`}
          </p>
        )}
      </div>
    </section>
  )
}
