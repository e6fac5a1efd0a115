import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { RuleView, WhyAnswer } from '../../../src/api/why.ts'
import { Chart, type Layer } from '../parts/chart.tsx'
import { Meaning } from '../parts/meaning.tsx'
import { WindowChoice, type Window } from '../parts/segments.tsx'
import { Spark } from '../parts/spark.tsx'
import { Empty, Name, Problem, Reply, Time } from '../parts/texts.tsx'
import { AskButton } from '../parts/ask-button.tsx'
import { usualWindow } from '../session.ts'
import { useAnswer } from '../use-answer.ts'
import { count, doneWords, faultWords, visible } from '../words.ts'
import { Paste } from './paste.tsx'

const colors = ['--accent', '--wait', '--bounce', '--bad', '--teal'] as const

/** What Apple says, and what it means. */
export function Why({ rest }: { rest: string }): JSX.Element {
  const [window, setWindow] = useState<Window>(usualWindow)
  const { data, error } = useAnswer<WhyAnswer>('why', { window })
  return (
    <>
      <header>
        <div>
          <h1>Why</h1>
          <p>What Apple replies, whose fault it is, what was done about it, and what you can do.</p>
        </div>
        <WindowChoice value={window} onChange={setWindow} />
      </header>
      <Problem text={error} />
      {data === null ? null : <Rules data={data} open={rest} window={window} />}
      <Paste />
    </>
  )
}

function Rules({ data, open, window }: { data: WhyAnswer; open: string; window: Window }): JSX.Element {
  const { rules, times, bucketSeconds, attempts } = data
  const layers = useMemo(() => layersOf(rules, times.length), [rules, times])
  if (rules.length === 0) {
    return (
      <Empty>
        {attempts === 0
          ? 'Nothing was tried in this span.'
          : `Apple accepted all of ${count(attempts)} attempts in this span: there is nothing to explain.`}
      </Empty>
    )
  }
  return (
    <>
      <section class="card" aria-labelledby="over-time">
        <h2 id="over-time">Replies over time</h2>
        <Chart
          times={times}
          bucketSeconds={bucketSeconds}
          layers={layers}
          title="Replies by rule over time"
        />
      </section>
      <section aria-labelledby="rules">
        <h2 id="rules">By rule</h2>
        {rules.map((view) => (
          <RuleBlock key={view.rule} view={view} times={times} isOpen={view.rule === open} window={window} />
        ))}
      </section>
    </>
  )
}

/** The five most frequent ones, and all others together. */
function layersOf(rules: readonly RuleView[], length: number): Layer[] {
  const layers: Layer[] = rules.slice(0, colors.length).map(({ rule, meaning, series }, index) => ({
    name: meaning?.title ?? rule,
    color: colors[index] ?? '--soft',
    values: series,
  }))
  const others = rules.slice(colors.length)
  if (others.length === 0) return layers
  const sums = Array.from({ length }, (_, index) =>
    others.reduce((sum, { series }) => sum + (series[index] ?? 0), 0),
  )
  return [...layers, { name: 'Others', color: '--soft', values: sums }]
}

function RuleBlock({
  view,
  times,
  isOpen,
  window,
}: {
  view: RuleView
  times: readonly number[]
  isOpen: boolean
  window: Window
}): JSX.Element {
  const { rule, count: times_, series, meaning, did, latest } = view
  const [shown, setShown] = useState(isOpen)
  useEffect(() => {
    if (isOpen) document.querySelector(`#rule-${CSS.escape(rule)}`)?.scrollIntoView()
  }, [isOpen])
  const since = times[0] ?? Date.now()
  return (
    <details
      class="rule"
      id={`rule-${rule}`}
      open={shown}
      onToggle={(event) => setShown(event.currentTarget.open)}
    >
      <summary>
        <span>
          <strong>{meaning?.title ?? (rule === 'no-reply' ? 'No reply at all' : visible(rule))}</strong>
          <span class="small soft">
            {visible(rule)} · fault: {meaning === null ? 'not known' : faultWords(meaning.fault)}
          </span>
        </span>
        <span class="sparkbox">
          <Spark values={series} />
        </span>
        <span class="times">{count(times_)}</span>
      </summary>
      {shown ? (
        <div>
          <h3>What was done</h3>
          <dl class="facts wide">
            {Object.entries(did)
              .toSorted(([, a], [, b]) => b - a)
              .map(([type, number]) => (
                <div key={type}>
                  <dt>{doneWords(type)}</dt>
                  <dd>
                    {count(number)} <span class="small soft">of the latest</span>
                  </dd>
                </div>
              ))}
          </dl>
          <div class="form">
            <h3>{rule === 'no-reply' ? 'What the network said' : 'Apple’s words'}</h3>
            {latest.length === 0 ? <p class="soft">The event log has none of them any more.</p> : null}
            {latest.slice(0, 3).map((reply) => (
              <div key={`${reply.at} ${reply.recipient}`}>
                <Reply text={reply.reply} />
                <p class="small soft">
                  <a href={`#/who/${encodeURIComponent(reply.recipient)}`}>
                    <Name text={reply.recipient} />
                  </a>{' '}
                  · <Time at={reply.at} /> · {doneWords(reply.did)}
                </p>
              </div>
            ))}
          </div>
          {meaning === null ? null : <Meaning meaning={meaning} />}
          {did.suppress === undefined ? null : (
            <div>
              <AskButton
                label="Take back what it did"
                name={`Take back what it did: ${visible(rule)}`}
                question={{
                  title: 'Take back what this rule did?',
                  text: `All suppressions, doubts and counts that ${visible(rule)} led to in the last ${window === 'month' ? '30 days' : window} are taken back. Unsubscribes and complaints stay.`,
                  button: 'Take them back',
                  action: 'release-rule',
                  body: { rule, since },
                  done: (done) => `${count(done)} suppressions were taken back.`,
                }}
              />
            </div>
          )}
        </div>
      ) : null}
    </details>
  )
}
