import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { EngagementAnswer } from '../../../src/api/answers.ts'
import { Chart, type Layer } from '../parts/chart.tsx'
import { WindowChoice, type Window } from '../parts/segments.tsx'
import { Empty, Problem } from '../parts/texts.tsx'
import { useAnswer } from '../use-answer.ts'
import { count } from '../words.ts'
import { Placements } from './placements.tsx'

const kinds = [
  ['clicks', 'Clicks'],
  ['replies', 'Written back'],
  ['consents', 'Consents'],
  ['unsubscribes', 'Unsubscribes'],
  ['complaints', 'Complaints'],
  ['suppressed', 'Suppressed by replies'],
  ['opens', 'Opens'],
] as const

/** What readers do, and how the list grows. */
export function Engagement(): JSX.Element {
  const [window, setWindow] = useState<Window>('month')
  const { data, error } = useAnswer<EngagementAnswer>('engagement', { window })
  return (
    <>
      <header>
        <div>
          <h1>Readers</h1>
          <p>
            Apple tells nobody who complains. What readers do is what you tell the engine; this is how Apple’s
            readers compare with the rest.
          </p>
        </div>
        <WindowChoice value={window} onChange={setWindow} />
      </header>
      <Problem text={error} />
      {data === null ? null : <Content data={data} />}
      <Placements />
    </>
  )
}

function Content({ data }: { data: EngagementAnswer }): JSX.Element {
  const { buckets, bucketSeconds, apple } = data
  const times = useMemo(() => buckets.map(({ at }) => at), [buckets])
  const layers = useMemo(
    (): Layer[] => [
      { name: 'Clicks', color: '--accent', values: buckets.map(({ clicks }) => clicks) },
      { name: 'Consents', color: '--good', values: buckets.map(({ consents }) => consents) },
      { name: 'Unsubscribes', color: '--wait', values: buckets.map(({ unsubscribes }) => unsubscribes) },
      { name: 'Complaints', color: '--bad', values: buckets.map(({ complaints }) => complaints) },
      { name: 'Suppressed', color: '--bounce', values: buckets.map(({ suppressed }) => suppressed) },
    ],
    [buckets],
  )
  if (kinds.every(([key]) => data[key] === 0)) {
    return (
      <Empty>
        Nothing was told in this span. Call engine.recordEngagement(address, 'click') where your links lead,
        'unsubscribe' and 'complaint' where they arrive, and recordConsent where readers sign up.
      </Empty>
    )
  }
  const lost = data.unsubscribes + data.complaints + data.suppressed
  return (
    <>
      <h2 class="hidden">In numbers</h2>
      <div class="spans">
        <Figure name="Growth of the list" value={data.growth} note="consents less all who left" isSigned />
        <Figure name="Churn" value={lost} note="unsubscribes, complaints, suppressed" />
        <Figure name="Clicks" value={data.clicks} note="the surest sign of life" />
      </div>
      <section class="card" aria-labelledby="readers-chart">
        <h2 id="readers-chart">Over time</h2>
        <Chart
          times={times}
          bucketSeconds={bucketSeconds}
          layers={layers}
          title="What readers did over time"
        />
      </section>
      <section class="card scroll" aria-labelledby="compare" tabIndex={0} role="region">
        <h2 id="compare">Apple’s readers and the rest</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">What they did</th>
              <th scope="col" class="right">
                Apple’s
              </th>
              <th scope="col" class="right">
                The rest
              </th>
              <th scope="col" class="right">
                All
              </th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(([key, name]) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td class="right">{count(apple[key])}</td>
                <td class="right">{count(data[key] - apple[key])}</td>
                <td class="right">{count(data[key])}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="small soft">
          Opens show little: Apple’s Mail fetches images by itself, whether or not anybody reads. Apple’s are
          those at icloud.com, me.com, mac.com and the private relay.
        </p>
      </section>
    </>
  )
}

function Figure({
  name,
  value,
  note,
  isSigned,
}: {
  name: string
  value: number
  note: string
  isSigned?: boolean
}): JSX.Element {
  return (
    <article class="card span">
      <h3>{name}</h3>
      <p class="big">
        {isSigned === true && value > 0 ? '+' : ''}
        {count(value)}
      </p>
      <p class="small soft">{note}</p>
    </article>
  )
}
