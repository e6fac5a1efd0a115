import { boundedBody } from '../../bounded-body.ts'

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
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return boundedBody(response, mostBytes)
}
