import type { Engine, Placement, PlacementResult, Seed } from '@icloud-delivery/engine'

/** Where the test mail of one stream to one seed was found. */
export interface PlacementSeries {
  address: string
  /** `null`: its turn was taken, and nothing is known of any mail yet. */
  stream: string | null
  /** When the last test mail was sent, ms since the epoch. */
  at: number
  /** The last one that is known: a mailbox that could not be looked at says neither good nor bad. `null`: none is. */
  known: Placement | null
  /** The last 30, the oldest first. Folders and reasons are remote text. */
  results: PlacementResult[]
}

/** Answer of `GET api/placements`. */
export interface PlacementsAnswer {
  /** What is not in the inbox comes first. */
  series: PlacementSeries[]
}

const mostResults = 30
const longest = 200

/** Where test mail to mailboxes of one's own was found, for each seed and stream. */
export async function placements(engine: Engine): Promise<PlacementsAnswer> {
  const series = (await engine.seeds()).flatMap(seriesOf)
  return {
    series: series.toSorted(
      (a, b) => rank(a) - rank(b) || compare(a.address, b.address) || compare(a.stream ?? '', b.stream ?? ''),
    ),
  }
}

function seriesOf({ address, turnAt, results }: Seed): PlacementSeries[] {
  if (results.length === 0) return [{ address, stream: null, at: turnAt, known: null, results: [] }]
  const streams = new Set(results.map(({ stream }) => stream))
  return [...streams].map((stream) => {
    const all = results.filter((result) => result.stream === stream)
    return {
      address,
      stream,
      at: all.at(-1)?.at ?? turnAt,
      known: all.findLast(({ placement }) => placement !== 'unknown')?.placement ?? null,
      results: all.slice(-mostResults).map((result) => ({
        ...result,
        folder: result.folder?.slice(0, longest) ?? null,
        reason: result.reason?.slice(0, longest) ?? null,
      })),
    }
  })
}

function rank({ known }: PlacementSeries): number {
  return known === 'inbox' || known === null ? 1 : 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
