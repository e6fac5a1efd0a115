import type { JSX } from 'preact'
import type { PlacementSeries, PlacementsAnswer } from '../../../src/api/placements.ts'
import { Empty, Name, Problem, Time } from '../parts/texts.tsx'
import { useAnswer } from '../use-answer.ts'
import { count, placementWords, visible, when } from '../words.ts'

type Result = PlacementSeries['results'][number]
type Place = Result['placement']

const tones: Readonly<Record<Place, string>> = {
  inbox: 'good',
  junk: 'bad',
  other: 'wait',
  missing: 'bad',
  unknown: '',
}
const places = Object.keys(tones) as Place[]

/** Where test mail to mailboxes of one's own was found. */
export function Placements(): JSX.Element {
  const { data, error } = useAnswer<PlacementsAnswer>('placements')
  return (
    <section aria-labelledby="placements">
      <h2 id="placements">Inbox or Junk</h2>
      <Problem text={error} />
      {data === null ? null : data.series.length === 0 ? <HowToBegin /> : <List series={data.series} />}
    </section>
  )
}

function HowToBegin(): JSX.Element {
  return (
    <Empty>
      No test mail was sent yet. Apple never says whether mail lands in Junk; a mailbox of your own at iCloud
      does. <code>icloud-delivery placement test</code> sends it a message and looks where it is found; its{' '}
      <code>--help</code> tells how to begin.
    </Empty>
  )
}

function List({ series }: { series: readonly PlacementSeries[] }): JSX.Element {
  return (
    <div class="card">
      <ul class="seeds">
        {series.map((one) => (
          <Row key={`${one.address} ${one.stream ?? ''}`} series={one} />
        ))}
      </ul>
      <p class="small soft">
        Test mail to mailboxes of your own, the newest on the right: a tall bar is the inbox, a middle one
        another folder, a low one Junk, a frame no folder, a dot not known. It counts in no other number here.
      </p>
    </div>
  )
}

function Row({ series: { address, stream, at, known, results } }: { series: PlacementSeries }): JSX.Element {
  const last = results.at(-1)
  return (
    <li>
      <div>
        <strong>
          <Name text={address} />
        </strong>
        <p class="small soft">{stream === null ? 'nothing found yet' : <Name text={stream} />}</p>
      </div>
      <div class="strip" role="img" aria-label={inWords(results)}>
        {results.map((result, index) => (
          <i key={index} class={result.placement} title={titleOf(result)} />
        ))}
      </div>
      <div>
        <span class={`tag ${known === null ? '' : tones[known]}`}>{placementWords(known ?? 'unknown')}</span>
        <p class="small">
          <Time at={at} />
        </p>
        {last === undefined || last.placement !== 'unknown' ? null : (
          <p class="small soft">
            The last could not be looked for{last.reason === null ? '' : `: ${visible(last.reason)}`}
          </p>
        )}
      </div>
    </li>
  )
}

function titleOf({ at, placement, folder, seconds }: Result): string {
  const where = folder === null || placement === 'inbox' ? '' : ` (${visible(folder)})`
  const after = seconds === null ? '' : `, after ${count(seconds)} s`
  return `${when(at)}: ${placementWords(placement)}${where}${after}`
}

/** Of the last 12: 10 in the inbox, 2 in Junk. */
function inWords(results: readonly Result[]): string {
  if (results.length === 0) return 'No results yet'
  const parts = places.flatMap((place) => {
    const found = results.filter(({ placement }) => placement === place).length
    return found === 0 ? [] : [`${found} ${placementWords(place)}`]
  })
  return `Of the last ${results.length}: ${parts.join(', ')}`
}
