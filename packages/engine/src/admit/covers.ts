import type { Suppression } from '../state/suppression.ts'

/** Whether a suppression stops mail of this stream. `*` covers all streams, `!transactional` all but that one. */
export function covers(suppression: Suppression, stream: string): boolean {
  return suppression.streams.some(
    (covered) =>
      covered === '*' || covered === stream || (covered.startsWith('!') && covered.slice(1) !== stream),
  )
}
