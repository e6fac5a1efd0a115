import type { Child } from '../child.ts'
import type { Pair, Sides } from '../interleave.ts'

/** One turn of one side, in a process that has both. */
export interface SideTurn {
  side: keyof Pair<unknown>
  messages: number
}

/** Both sides of such a process, each of which sends so many messages a turn. */
export function sidesOf<A>(child: Child<SideTurn, A>, messages: number): Sides<A> {
  return {
    ours: () => child.ask({ side: 'ours', messages }),
    baseline: () => child.ask({ side: 'baseline', messages }),
  }
}
