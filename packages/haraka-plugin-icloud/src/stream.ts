import type { Connection, TransactionNotes } from './haraka.ts'
import type { Settings } from './settings.ts'

/**
 * Reads the stream that a trusted client names in a header, and takes the header out. On other connections the header
 * is none of our business: anyone could have written it.
 */
export function readStream(connection: Connection, settings: Settings): void {
  const { transaction } = connection
  if (!transaction || !connection.relaying) return
  const named = transaction.header.get(settings.streamHeader).trim()
  if (named === '') return
  transaction.remove_header(settings.streamHeader)
  if (settings.streams.includes(named)) transaction.notes.icloud = { stream: named }
}

/** The stream of a message and the lane that the stream uses. */
export function streamAndLane(notes: TransactionNotes, settings: Settings): { stream: string; lane: string } {
  const stream = notes.icloud?.stream ?? settings.stream
  return { stream, lane: settings.lanes.get(stream) ?? 'default' }
}
