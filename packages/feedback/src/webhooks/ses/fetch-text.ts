/** What of `fetch` is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const timeoutMs = 10_000
const mostBytes = 65_536

/** A small text over HTTPS: no redirect is followed, as it would lead past the list of hosts. */
export async function fetchText(fetch: Fetch, url: URL): Promise<string> {
  const response = await fetch(url.href, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > mostBytes) throw new Error(`more than ${mostBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
