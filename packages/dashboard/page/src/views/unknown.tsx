import type { JSX } from 'preact'
import type { UnknownAnswer } from '../../../src/api/answers.ts'
import { Copy } from '../parts/copy.tsx'
import { Empty, Problem, Reply, Time } from '../parts/texts.tsx'
import { useAnswer } from '../use-answer.ts'
import { count, doneWords, visible } from '../words.ts'

/** Replies that no rule knows. */
export function Unknown(): JSX.Element {
  const { data, error } = useAnswer<UnknownAnswer>('unknown')
  return (
    <>
      <header>
        <div>
          <h1>Unknown replies</h1>
          <p>
            Words of Apple’s that no rule knows yet. They suppress nobody. Copy one into an issue, so that a
            rule can be written; addresses and IPs are cut out.
          </p>
        </div>
      </header>
      <Problem text={error} />
      {data === null ? null : data.replies.length === 0 ? (
        <Empty>Every reply in the event log is known.</Empty>
      ) : (
        data.replies.map(({ reply, rule, count: times, at, did, issue }) => (
          <article class="card" key={`${rule} ${reply}`}>
            <Reply text={reply} />
            <p class="small soft">
              {count(times)} {times === 1 ? 'time' : 'times'}, last <Time at={at} /> · taken for{' '}
              {visible(rule)} · {doneWords(did)}
            </p>
            <div class="row">
              <Copy
                text={`# ${issue.title}\n\n${issue.body}`}
                label="Copy as an issue"
                name={`Copy as an issue: ${issue.title}`}
              />
            </div>
          </article>
        ))
      )}
    </>
  )
}
