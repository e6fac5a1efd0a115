const host = /^sns\.[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d{1,2}\.amazonaws\.com$/
const certificatePath = /^\/SimpleNotificationService-[0-9a-zA-Z]{1,64}\.pem$/

/** A URL at `sns.<region>.amazonaws.com` over HTTPS, and nothing else; `null` if it is another. */
function snsUrl(given: string): URL | null {
  if (given.length > 2000 || !URL.canParse(given)) return null
  const url = new URL(given)
  const isPlain = url.port === '' && url.username === '' && url.password === '' && url.hash === ''
  return url.protocol === 'https:' && host.test(url.hostname) && isPlain ? url : null
}

/** Where Amazon keeps a certificate that it signs with; `null` if it is another place. */
export function certificateUrl(given: string): URL | null {
  const url = snsUrl(given)
  return url !== null && certificatePath.test(url.pathname) && url.search === '' ? url : null
}

/** Where a subscription to this topic is confirmed; `null` if it is another place, or for another topic. */
export function confirmationUrl(given: string, topicArn: string): URL | null {
  const url = snsUrl(given)
  if (url === null || url.pathname !== '/') return null
  const isFor = url.searchParams.get('TopicArn') === topicArn
  return isFor && url.searchParams.get('Action') === 'ConfirmSubscription' ? url : null
}
