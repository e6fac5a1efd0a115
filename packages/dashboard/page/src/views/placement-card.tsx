import type { JSX } from 'preact'
import type { PlacementTrouble } from '../../../src/api/placement-troubles.ts'
import { Name, Time } from '../parts/texts.tsx'
import { count, placementWords, visible } from '../words.ts'

type Place = PlacementTrouble['placement']

const advice: Readonly<Record<Place, string>> = {
  junk: 'Look at what changed in content, authentication and volume since then. If other seeds agree, send less of this stream until it is in the inbox again, and to readers who clicked lately first.',
  other:
    'A rule of the mailbox may have moved it: look there first. If there is none, look at what changed in content and volume since then.',
  missing:
    'Look into the mail log whether Apple took it, and at the mailbox itself (is it full, does it filter). If Apple took it and it is nowhere, look at authentication and content.',
}

/** Test mail to a seed is not in the inbox. */
export function PlacementCard({ placement: trouble }: { placement: PlacementTrouble }): JSX.Element {
  const { address, stream, placement, folder, since, wasInInbox, last, misses } = trouble
  return (
    <article class={`card ${placement === 'other' ? 'wait' : 'bad'}`}>
      <div class="bar">
        <h3>
          Test mail to <Name text={address} />
        </h3>
        <span class={`tag ${placement === 'other' ? 'wait' : 'bad'}`}>{placementWords(placement)}</span>
      </div>
      <p>
        Mail of the stream <Name text={stream} /> is {placementWords(placement)}
        {folder === null || folder === 'Junk' ? '' : ` (${visible(folder)})`}.{' '}
        {wasInInbox ? 'Before it was in the inbox.' : 'No test of it was ever in the inbox.'}{' '}
        {advice[placement]}
      </p>
      <p class="small">
        Since <Time at={since} />, {misses === 1 ? 'one test' : `${count(misses)} tests`}; the last one{' '}
        <Time at={last} />. <a href="#/engagement">All test mail</a>
      </p>
    </article>
  )
}
