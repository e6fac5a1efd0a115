import type { Header } from './haraka.ts'
import type { Settings } from './settings.ts'

/** Where neither the client nor the configuration says anything. */
const TRANSACTIONAL = 'transactional'
const MARKETING = 'marketing'

/** The stream of mail that shows no sign of another one. */
export function standardStream({ stream }: Pick<Settings, 'stream'>): string {
  return stream ?? TRANSACTIONAL
}

/**
 * The stream that a message itself gives away: whoever sends to many says so with List-Unsubscribe, and with Precedence
 * or Feedback-ID. List-Unsubscribe alone stands in receipts too. `undefined`: there is no such sign.
 */
export function streamBySign(header: Header, { streams }: Pick<Settings, 'streams'>): string | undefined {
  if (!streams.includes(MARKETING) || header.get('List-Unsubscribe').trim() === '') return undefined
  const isBulk = /^\s*(?:bulk|list|junk)\b/i.test(header.get('Precedence'))
  return isBulk || header.get('Feedback-ID').trim() !== '' ? MARKETING : undefined
}
