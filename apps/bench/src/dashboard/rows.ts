import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs } from '../sample.ts'
import type { EventsRun } from './events-process.ts'
import type { SearchRun } from './search-process.ts'

const search: RowSpec = {
  name: 'dashboard/search',
  unit: 'ms a search',
  about: 'a search in 100,000 suppressions over HTTP; against one in 1,000',
  target: { figure: 'ours', bound: '<=', value: 200 },
}

const events: RowSpec = {
  name: 'dashboard/events',
  unit: 'CPU µs a delivery',
  about: 'a delivery is recorded while a page listens; against one that nobody looks at',
  target: null,
}

/** The rows about the dashboard. */
export const dashboardMeasurements: readonly Measurement[] = [
  {
    rows: [search],
    async measure(plan) {
      const child = Child.start<SearchRun, number>(new URL('search-process.js', import.meta.url))
      const run = (suppressions: number) => (): Promise<number> =>
        child.ask({ suppressions, searches: plan.size(100, 8) })
      try {
        const sides = { ours: run(plan.size(100_000, 2000)), baseline: run(1000) }
        const pairs = await interleave(plan, search.name, 5, sides)
        return [
          rowOf(
            search,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        await child.stop()
      }
    },
  },
  {
    rows: [events],
    async measure(plan) {
      const child = Child.start<EventsRun, number>(new URL('events-process.js', import.meta.url))
      const run = (isWatched: boolean) => (): Promise<number> =>
        child.ask({ events: plan.size(50_000, 1000), isWatched })
      try {
        // The first run is for the compiler.
        await run(true)()
        const pairs = await interleave(plan, events.name, 9, { ours: run(true), baseline: run(false) })
        return [
          rowOf(
            events,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        await child.stop()
      }
    },
  },
]
