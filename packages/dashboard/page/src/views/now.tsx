import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { NowAnswer, Summary } from '../../../src/api/now.ts'
import { feed } from '../live.ts'
import { Chart, type Layer } from '../parts/chart.tsx'
import { Feed } from '../parts/feed.tsx'
import { WindowChoice, type Window } from '../parts/segments.tsx'
import { Empty, Name, Problem, Time } from '../parts/texts.tsx'
import { usualWindow } from '../session.ts'
import { useAnswer } from '../use-answer.ts'
import { count, percent, subjectWords, visible } from '../words.ts'
import { Lanes } from './lanes.tsx'
import { Troubles } from './troubles.tsx'

/** How Apple treats us now. */
export function Now(): JSX.Element {
  const [window, setWindow] = useState<Window>(usualWindow)
  const { data, error } = useAnswer<NowAnswer>('now', { window })
  return (
    <>
      <header>
        <div>
          <h1>{data === null ? 'Now' : headline(data)}</h1>
          {data === null ? null : <p>{subline(data, window)}</p>}
        </div>
      </header>
      <Problem text={error} />
      {data === null ? null : <Content data={data} window={window} onWindow={setWindow} />}
    </>
  )
}

function headline({ month, holds, incidents, canaries, placements }: NowAnswer): string {
  const open = incidents.filter(({ endedAt }) => endedAt === null).length
  if (open > 0) return 'Apple itself seems to be broken.'
  const things = holds.length + canaries.filter(({ verdict }) => verdict === 'stop').length
  if (things > 0) return things === 1 ? 'One thing holds mail back.' : `${things} things hold mail back.`
  if (placements.length > 0) return 'Test mail is not in the inbox.'
  return month.attempts === 0 ? 'Nothing was sent to Apple yet.' : 'Apple takes your mail.'
}

function subline(data: NowAnswer, window: Window): string {
  const { month, incidents, latest } = data
  if (incidents.some(({ endedAt }) => endedAt === null))
    return 'What it refuses is tried again, and nobody is suppressed for it.'
  const chosen = data[window]
  const span = chosen.attempts > 0 ? chosen : month
  const name = span === month ? '30 days' : window
  if (span.attempts === 0 && latest.length > 0) return 'No attempts in the last 30 days.'
  if (span.attempts === 0)
    return 'As soon as Haraka or Nodemailer records the first outcome in this ledger, it shows here.'
  return `${percent(span.delivered / span.attempts)} of ${count(span.attempts)} attempts in the last ${name} were accepted.`
}

function Content({
  data,
  window,
  onWindow,
}: {
  data: NowAnswer
  window: Window
  onWindow: (window: Window) => void
}): JSX.Element {
  const { chart, usual } = data
  const times = useMemo(() => chart.points.map(({ at }) => at), [chart])
  const layers = useMemo((): Layer[] => {
    const { points } = chart
    return [
      { name: 'Delivered', color: '--good', values: points.map(({ delivered }) => delivered) },
      { name: 'Deferred', color: '--wait', values: points.map(({ deferred }) => deferred) },
      { name: 'Bounced', color: '--bounce', values: points.map(({ bounced }) => bounced) },
      { name: 'Refused or expired', color: '--bad', values: points.map(({ refused }) => refused) },
    ]
  }, [chart])
  const latest = feed.value.length > 0 ? feed.value.slice(0, 14) : data.latest.slice(0, 14)
  return (
    <>
      <Troubles data={data} />
      <section aria-labelledby="spans">
        <h2 id="spans" class="hidden">
          The last hour, day and 30 days
        </h2>
        <div class="spans">
          <Span name="Last hour" summary={data.hour} usual={usual} />
          <Span name="Last day" summary={data.day} usual={usual} />
          <Span name="Last 30 days" summary={data.month} usual={usual} />
        </div>
        <p class="small soft">
          <strong>Deferred</strong>: Apple asked to try again. <strong>Bounced</strong>: given up for the
          recipient’s reasons. <strong>Refused</strong>: for yours, also where the refusal closed a lane or
          held the message. <strong>Expired</strong>: too old to try again. Those were attempts.{' '}
          <strong>Held</strong> and <strong>suppressed</strong> were stopped before an attempt, each time they
          were asked for.
        </p>
      </section>
      <section class="card" aria-labelledby="chart">
        <div class="bar">
          <h2 id="chart">Attempts</h2>
          <WindowChoice value={window} onChange={onWindow} />
        </div>
        <Chart
          times={times}
          bucketSeconds={chart.bucketSeconds}
          layers={layers}
          title="Attempts to deliver to Apple, by outcome"
        />
      </section>
      <Lanes data={data} />
      <div class="two">
        <section aria-labelledby="feed">
          <h2 id="feed">As it happens</h2>
          {latest.length === 0 ? (
            <Empty>Nothing has happened yet. This list fills by itself.</Empty>
          ) : (
            <div class="card">
              <Feed events={latest} label="Latest events" isShort />
            </div>
          )}
        </section>
        <section aria-labelledby="alerts">
          <h2 id="alerts">Alerts</h2>
          {data.alerts.length === 0 ? (
            <Empty>
              No alerts. They come when Apple blocks, when rates jump, and when Apple itself is broken.
            </Empty>
          ) : (
            <div class="card">
              {data.alerts.slice(0, 8).map(({ id, at, kind, subject, message }) => (
                <article key={id}>
                  <h3>
                    {visible(kind ?? 'alert')} · <Name text={subjectWords(subject)} />
                  </h3>
                  <p>{visible(message ?? '')}</p>
                  <p class="small soft">
                    <Time at={at} />
                  </p>
                </article>
              ))}
            </div>
          )}
        </section>
      </div>
    </>
  )
}

function Span({ name, summary, usual }: { name: string; summary: Summary; usual: Summary }): JSX.Element {
  const { attempts, delivered, deferred, bounced, refused, expired, held, suppressed } = summary
  const parts = [
    { key: 'good', value: delivered },
    { key: 'waiting', value: deferred },
    { key: 'bounced', value: bounced },
    { key: 'refused', value: refused + expired },
  ].filter(({ value }) => value > 0)
  return (
    <article class="card span">
      <h3>{name}</h3>
      <p class="big">
        {count(delivered)} <small>delivered</small>
      </p>
      <div class="split" aria-hidden="true">
        {parts.map(({ key, value }) => (
          <i key={key} class={key} style={{ flex: `${value} 0 0` }} />
        ))}
      </div>
      <dl class="facts small">
        <Fact name="Deferred" className="dot waiting" value={count(deferred)} />
        <Fact name="Held" value={count(held)} />
        <Fact name="Bounced" className="dot bounced" value={count(bounced)} />
        <Fact name="Suppressed" value={count(suppressed)} />
        <Fact name="Refused" className="dot refused" value={count(refused)} />
        <Fact name="Expired" value={count(expired)} />
      </dl>
      <p class="small soft">
        {attempts === 0 ? (
          'No attempts.'
        ) : (
          <>
            <Share name="deferred" share={summary.deferralRate} usual={usual.deferralRate} />,{' '}
            <Share name="bounced" share={summary.bounceRate} usual={usual.bounceRate} />
          </>
        )}
      </p>
    </article>
  )
}

function Fact({ name, value, className }: { name: string; value: string; className?: string }): JSX.Element {
  return (
    <div>
      <dt class={className}>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

/** A share against the usual one, that of the last 7 days. */
function Share({
  name,
  share,
  usual,
}: {
  name: string
  share: number | null
  usual: number | null
}): JSX.Element {
  const isMore = share !== null && usual !== null && share > usual * 2 && share - usual > 0.02
  return (
    <span class={isMore ? 'more' : ''}>
      {percent(share)} {name} (usual {percent(usual)})
    </span>
  )
}
