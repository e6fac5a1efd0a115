import type { Placement, PlacementResult, Seed } from '@icloud-delivery/engine'
import { timeWords } from '../output/time-words.ts'

/** What was found for one seed and one stream, the oldest first. */
export interface Series {
  address: string
  stream: string
  results: readonly PlacementResult[]
}

/** The series of all seeds; a seed without results has an empty one. */
export function seriesOf(seeds: readonly Seed[]): Series[] {
  return seeds.flatMap(({ address, results }) => {
    const streams = [...new Set(results.map(({ stream }) => stream))]
    if (streams.length === 0) return [{ address, stream: '', results: [] }]
    return streams.map((stream) => ({
      address,
      stream,
      results: results.filter((one) => one.stream === stream),
    }))
  })
}

const letters: Readonly<Record<Placement, string>> = {
  inbox: 'I',
  junk: 'J',
  other: 'o',
  missing: '-',
  unknown: '?',
}
const mostLetters = 30

/** The columns of a series. */
export const seriesColumns = [
  { name: 'seed', overhang: 16 },
  { name: 'stream', least: 8 },
  { name: 'last' },
  { name: 'time (UTC)' },
  { name: 'folder', least: 8 },
  { name: 'seconds', align: 'right' },
  { name: 'series' },
] as const

/** A series as a row. */
export function seriesRow({ address, stream, results }: Series): (string | number | null)[] {
  const last = results.at(-1)
  const series = results
    .slice(-mostLetters)
    .map(({ placement }) => letters[placement])
    .join('')
  if (last === undefined) return [address, null, null, null, null, null, null]
  return [address, stream, last.placement, timeWords(last.at), last.folder, last.seconds, series]
}

/** What the letters of a series mean. */
export const legend: string =
  'Series, the oldest first: I inbox, J junk, o another folder, - not found, ? not known.'
