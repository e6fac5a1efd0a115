import type { InnerTransport } from './nodemailer-shapes.ts'
import { Slots } from './slots.ts'

// Apple is said to take about ten connections from one client; other senders there want some too.
const withoutPool = 5

/**
 * How many transactions with Apple run at once: as many as the pool has connections, for what waits inside a pool can no
 * longer be held back.
 */
export function appleSlotsFor(inner: InnerTransport): Slots {
  const { maxConnections } = (inner.options ?? {}) as { maxConnections?: unknown }
  const size = inner.name === 'SMTP (pool)' ? Number(maxConnections) : withoutPool
  return new Slots(size >= 1 ? Math.floor(size) : withoutPool)
}
