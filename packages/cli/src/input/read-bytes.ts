/** More than any check looks at, and a bound for whatever is sent to us. Bytes. */
const mostBytes = 64 * 1024 * 1024

/** All of a stream; what lies behind the first 64 MiB is not read. */
export async function readBytes(input: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= mostBytes) break
  }
  return Buffer.concat(chunks).subarray(0, mostBytes)
}
