/** The header that a form or an image of another page cannot set. */
export const actionHeader = 'x-icloud-dashboard'

/**
 * Whether an action was asked for by our own page, or by a program. A browser names the page that asks: it has to be of the
 * host that the request goes to, or of `origin`. The header of our own keeps out what a page can send without a question.
 */
export function isSameOrigin(headers: Headers, host: string | null, origin: string | null): boolean {
  if (headers.get(actionHeader) === null) return false
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return false
  const from = headers.get('origin')
  if (from === null) return site === null || site === 'same-origin'
  if (origin !== null && from === origin) return true
  return host !== null && URL.canParse(from) && new URL(from).host === host.toLowerCase()
}
