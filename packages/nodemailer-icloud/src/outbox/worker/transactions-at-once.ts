import type { InnerTransport } from '../../nodemailer-shapes.ts'

/** A relay takes what it can, but what the application sends at the same time must get through as well. */
const withoutPool = 5

/** How many transactions a worker begins at once: as many as there are connections in the pool. */
export function transactionsAtOnce(inner: InnerTransport): number {
  const { maxConnections } = (inner.options ?? {}) as { maxConnections?: unknown }
  const size = inner.name === 'SMTP (pool)' ? Number(maxConnections) : withoutPool
  return size >= 1 ? Math.floor(size) : withoutPool
}
