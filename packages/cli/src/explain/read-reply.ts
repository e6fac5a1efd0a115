/** More is not looked at: 8,192 characters of at most four bytes. */
const MOST_BYTES = 32 * 1024

/** One reply from a stream, which may have several lines. */
export interface ReadReply {
  text: string
  /** Whether the stream holds more than is looked at. */
  isCut: boolean
}

/** Reads a reply, and stops reading where the rules stop looking. */
export async function readReply(input: AsyncIterable<Uint8Array>): Promise<ReadReply> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MOST_BYTES) break
  }
  const text = Buffer.concat(chunks)
    .toString('utf8', 0, MOST_BYTES)
    .replace(/^\ufeff/, '')
  return { text, isCut: length > MOST_BYTES }
}
