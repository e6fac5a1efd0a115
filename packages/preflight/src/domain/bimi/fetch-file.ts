/** As the global `fetch`. */
export type FetchFile = (
  url: string,
  options: { signal: AbortSignal; redirect: 'error' },
) => Promise<Response>

const mostBytes = 1024 * 1024

/**
 * A file of at most 1 MiB.
 *
 * @throws Error what kept it from being had
 */
export async function fetchFile(fetch: FetchFile, url: string, timeoutMs: number): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
    if (length > mostBytes) throw new Error(`larger than ${mostBytes} bytes`)
  }
  return Buffer.concat(chunks)
}
