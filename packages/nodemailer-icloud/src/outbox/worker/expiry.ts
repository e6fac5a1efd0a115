import type { OutboxEntry } from '../entry.ts'

/**
 * ms since the epoch at which a message is too old, over everything that happened to it.
 *
 * @param maxAgeSeconds by stream, and `*` for the others, as the engine's policy has it
 */
export function expiryOf(
  { acceptedAt, stream, deliverBy }: Pick<OutboxEntry, 'acceptedAt' | 'stream' | 'deliverBy'>,
  maxAgeSeconds: Readonly<Record<string, number>>,
): number {
  const seconds = Object.hasOwn(maxAgeSeconds, stream) ? maxAgeSeconds[stream] : maxAgeSeconds['*']
  return Math.min(acceptedAt + (seconds ?? Infinity) * 1000, deliverBy ?? Infinity)
}
