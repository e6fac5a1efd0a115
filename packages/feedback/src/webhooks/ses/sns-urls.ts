const certificatePath = /^\/SimpleNotificationService-[0-9a-zA-Z]{1,64}\.pem$/

/** The host of the topic's own region; China has another domain. */
function hostOf(topicArn: string): string {
  const [, partition = '', , region = ''] = topicArn.split(':')
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}

/** A URL at the host of the topic over HTTPS, and nothing else; `null` if it is another. */
function snsUrl(given: string, topicArn: string): URL | null {
  if (given.length > 2000 || !URL.canParse(given)) return null
  const url = new URL(given)
  const isPlain = url.port === '' && url.username === '' && url.password === '' && url.hash === ''
  return url.protocol === 'https:' && url.hostname === hostOf(topicArn) && isPlain ? url : null
}

/** Where Amazon keeps a certificate that it signs with; `null` if it is another place. */
export function certificateUrl(given: string, topicArn: string): URL | null {
  const url = snsUrl(given, topicArn)
  return url !== null && certificatePath.test(url.pathname) && url.search === '' ? url : null
}

/** Where a subscription to this topic is confirmed; `null` if it is another place, or for another topic. */
export function confirmationUrl(given: string, topicArn: string): URL | null {
  const url = snsUrl(given, topicArn)
  if (url === null || url.pathname !== '/') return null
  const isFor = url.searchParams.get('TopicArn') === topicArn
  return isFor && url.searchParams.get('Action') === 'ConfirmSubscription' ? url : null
}
