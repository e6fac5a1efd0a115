import type { JSX } from 'preact'
import type { NowAnswer } from '../../../src/api/now.ts'
import { AskButton } from '../parts/ask-button.tsx'
import { Empty, Name } from '../parts/texts.tsx'
import { ago, count, visible } from '../words.ts'

/** The flows to Apple. */
export function Lanes({ data: { lanes } }: { data: NowAnswer }): JSX.Element {
  return (
    <section aria-labelledby="lanes">
      <h2 id="lanes">Lanes</h2>
      {lanes.length === 0 ? (
        <Empty>
          No lane was used yet. A lane is one flow to Apple, by default one for each sending IP; Haraka’s
          plugin uses them.
        </Empty>
      ) : (
        <div class="card scroll" tabIndex={0} role="region" aria-label="Table of lanes">
          <table>
            <thead>
              <tr>
                <th scope="col">Lane</th>
                <th scope="col">Connections</th>
                <th scope="col">Rate</th>
                <th scope="col">Accepted</th>
                <th scope="col">Warm-up</th>
                <th scope="col">Slowed</th>
              </tr>
            </thead>
            <tbody>
              {lanes.map((lane) => (
                <LaneRow key={lane.lane} lane={lane} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function LaneRow({ lane }: { lane: NowAnswer['lanes'][number] }): JSX.Element {
  const { concurrency, ceiling, leased, rate, acceptedRate, warmUp, slowed, detour } = lane
  return (
    <tr>
      <th scope="row">
        <Name text={lane.lane} />
        {detour === null ? null : (
          <div class="small soft">
            goes around over <Name text={detour.to} />{' '}
            <AskButton
              label="Confirm"
              name={`Confirm that the block of lane ${visible(lane.lane)} was looked into`}
              isLink
              question={{
                title: `Was the block of ${visible(lane.lane)} looked into?`,
                text: `The stream ${visible(detour.stream)}, which most likely led to the block, may then go over ${visible(detour.to)} too.`,
                button: 'It was',
                action: 'confirm-detour',
                body: { lane: lane.lane },
              }}
            />
          </div>
        )}
      </th>
      <td>
        {count(concurrency)} of {count(ceiling)} <span class="soft">({count(leased)} in hand)</span>
      </td>
      <td>{rate === null ? 'no limit' : `${perSecond(rate)} a second`}</td>
      <td>{perSecond(acceptedRate)} a second</td>
      <td>
        {warmUp === null ? 'done' : `day ${warmUp.day}: ${count(warmUp.used)} of ${count(warmUp.messages)}`}
      </td>
      <td>{slowed === null ? 'never' : `${ago(slowed.at)}: ${visible(slowed.rule)}`}</td>
    </tr>
  )
}

function perSecond(rate: number): string {
  return rate >= 10 ? count(rate) : String(Math.round(rate * 100) / 100)
}
