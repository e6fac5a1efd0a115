import type { Placement, Seed } from '@icloud-delivery/engine'

/** Test mail of one stream to one seed that is not in the inbox. */
export interface PlacementTrouble {
  address: string
  stream: string
  /** Where the last one is that could be looked for. */
  placement: Exclude<Placement, 'inbox' | 'unknown'>
  /** Remote text, at most 200 characters; `null` if it is in no folder. */
  folder: string | null
  /** When the first test mail was sent that was not in the inbox, of those in a row; ms since the epoch. */
  since: number
  /** How many there are of them. */
  misses: number
  /** When the last one was sent. */
  last: number
  /** Whether the one before them was in the inbox; if not, none ever was. */
  wasInInbox: boolean
}

const longest = 200
/** Whoever has not tested for so long hears nothing of it any more. */
const monthMs = 30 * 86_400_000

/** What test mail says that needs a look: the last one of a stream is not in a seed's inbox. */
export function placementTroubles(seeds: readonly Seed[], now: number): PlacementTrouble[] {
  return seeds
    .flatMap((seed) =>
      [...new Set(seed.results.map(({ stream }) => stream))].flatMap((stream) => troubleOf(seed, stream)),
    )
    .filter(({ last }) => now - last <= monthMs)
    .toSorted((a, b) => b.since - a.since)
}

function troubleOf({ address, results }: Seed, stream: string): PlacementTrouble[] {
  // A mailbox that could not be looked at says neither good nor bad.
  const known = results.filter((result) => result.stream === stream && result.placement !== 'unknown')
  const newest = known.at(-1)
  if (newest === undefined || newest.placement === 'inbox' || newest.placement === 'unknown') return []
  const good = known.findLastIndex(({ placement }) => placement === 'inbox')
  const bad = known.slice(good + 1)
  return [
    {
      address,
      stream,
      placement: newest.placement,
      folder: newest.folder?.slice(0, longest) ?? null,
      since: bad[0]?.at ?? newest.at,
      misses: bad.length,
      last: newest.at,
      wasInInbox: good >= 0,
    },
  ]
}
