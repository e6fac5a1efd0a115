/**
 * The body of an answer, of at most `most` bytes.
 *
 * @throws Error if it is larger
 */
export async function boundedBody(response: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (response.body === null) return Buffer.alloc(0)
  for await (const chunk of response.body) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
    if (length > most) throw new Error(`the answer is larger than ${most} bytes`)
  }
  return Buffer.concat(chunks)
}
