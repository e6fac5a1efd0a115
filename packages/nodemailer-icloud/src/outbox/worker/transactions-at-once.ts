import type { InnerTransport } from '../../nodemailer-shapes.ts'

/** A relay takes what it can, but what the application sends at the same time must get through as well. */
const withoutPool = 5

/**
 * How many transactions a worker begins at once. For a pool twice as many as it has connections: while one is over and not
 * settled yet, its connection has the next one.
 */
export function transactionsAtOnce(inner: InnerTransport): number {
  if (inner.name !== 'SMTP (pool)') return withoutPool
  const { maxConnections } = (inner.options ?? {}) as { maxConnections?: unknown }
  const size = Math.floor(Number(maxConnections))
  return 2 * (size >= 1 ? size : withoutPool)
}
