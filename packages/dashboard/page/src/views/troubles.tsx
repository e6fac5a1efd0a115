import type { JSX } from 'preact'
import type { NowAnswer } from '../../../src/api/now.ts'
import { CanaryCard } from './canary-card.tsx'
import { HoldCard } from './hold-card.tsx'
import { IncidentCard } from './incident-card.tsx'
import { PlacementCard } from './placement-card.tsx'

/** What holds mail back or keeps it out of the inbox, each with why, since when, until when, and the way out. */
export function Troubles({ data }: { data: NowAnswer }): JSX.Element | null {
  const { holds, incidents, canaries, placements } = data
  if (holds.length + incidents.length + canaries.length + placements.length === 0) return null
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles">What needs a look</h2>
      <div class="grid">
        {incidents.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} />
        ))}
        {holds.map((hold) => (
          <HoldCard key={`${hold.scope}/${hold.id}`} hold={hold} />
        ))}
        {canaries.map((canary) => (
          <CanaryCard key={canary.id} canary={canary} />
        ))}
        {placements.map((placement) => (
          <PlacementCard key={`${placement.address} ${placement.stream}`} placement={placement} />
        ))}
      </div>
    </section>
  )
}
