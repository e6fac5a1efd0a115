import { startDashboard } from '@icloud-delivery/dashboard'
import { createEngine } from '@icloud-delivery/engine'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'

/** One run in a process of its own. */
export interface EventsRun {
  /** How many deliveries are recorded. */
  events: number
  /** Whether a page listens meanwhile. */
  isWatched: boolean
}

/** CPU time of one delivery in the process of the dashboard, in µs. */
serve(async ({ events, isWatched }: EventsRun): Promise<number> => {
  const engine = createEngine({ ledger: 'memory:' })
  const dashboard = await startDashboard({ engine })
  const { origin, token } = dashboard
  const over = new AbortController()
  try {
    const headers = { authorization: `Bearer ${token}` }
    const reading = isWatched
      ? fetch(`${origin}/api/events`, { headers, signal: over.signal })
          .then((answer) => answer.body?.pipeTo(new WritableStream()))
          .catch(() => {})
      : null
    const micros = await cpuMicrosOf(async () => {
      for (let n = 0; n < events; n++) {
        await engine.record({
          recipient: `r${n % 5000}@icloud.com`,
          sender: 'shop@example.com',
          messageId: `m${n}`,
          outcome: { kind: 'delivered' },
        })
        // What listens gets its turn.
        if (n % 10 === 0) await new Promise(setImmediate)
      }
    })
    over.abort()
    await reading
    return micros / events
  } finally {
    await dashboard.close()
    await engine.close()
  }
})
