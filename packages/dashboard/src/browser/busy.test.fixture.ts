import { once } from 'node:events'
import { setTimeout as elapse } from 'node:timers/promises'
import { createEngine } from '@icloud-delivery/engine'
import { startDashboard } from '../start-dashboard.ts'

// A process of its own: 1,000 events a second and their dashboard, until its input ends. Then it says how many there were.
const engine = createEngine({ ledger: 'memory:' })
const dashboard = await startDashboard({ engine })
const { url, origin } = dashboard
console.log(JSON.stringify({ url, origin }))

const over = new AbortController()
void once(process.stdin.resume(), 'end').then(() => over.abort())
const startedAt = performance.now()
let sent = 0
while (!over.signal.aborted) {
  const due = performance.now() - startedAt
  for (; sent < due; sent++) {
    await engine.record({
      recipient: `r${sent % 5000}@icloud.com`,
      sender: 'shop@example.com',
      messageId: `m${sent}`,
      outcome: { kind: 'delivered' },
    })
  }
  await elapse(10)
}
console.log(JSON.stringify({ rate: (sent * 1000) / (performance.now() - startedAt) }))
await dashboard.close()
await engine.close()
