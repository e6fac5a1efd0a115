import { argument } from '../../errors.ts'
import { checked, parsedJson } from '../lenient.ts'
import { Refusal } from '../refusal.ts'
import type { EspReader, MadeReport } from '../webhook-report.ts'
import { fetchText, type Fetch } from './fetch-text.ts'
import { sesReports } from './ses-events.ts'
import { SnsCertificates } from './sns-certificates.ts'
import { requireSignature, snsEnvelope, type SnsEnvelope } from './sns-envelope.ts'
import { confirmationUrl } from './sns-urls.ts'

/** Amazon SES, through SNS over HTTPS. Raw message delivery has to be off, as only the envelope is signed. */
export interface SesOptions {
  /** The topics whose messages are taken: anybody may have a topic at Amazon. */
  topicArns: readonly string[]
}

const topicArn = /^arn:aws(?:-cn|-us-gov)?:sns:[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d{1,2}:\d{12}:[\w.-]{1,256}$/

/** @throws FeedbackError `EARGUMENT` */
export function sesReader(
  { topicArns }: SesOptions,
  fetch: Fetch,
  clock: () => number,
  warn: (message: string) => void,
): EspReader {
  if (!Array.isArray(topicArns) || topicArns.length === 0)
    throw argument('createWebhooks: ses.topicArns', 'a list of at least one topic', topicArns)
  for (const arn of topicArns) {
    if (typeof arn !== 'string' || !topicArn.test(arn))
      throw argument('createWebhooks: ses.topicArns', 'like arn:aws:sns:eu-west-1:123456789012:bounces', arn)
  }
  const topics = new Set<string>(topicArns)
  const certificates = new SnsCertificates(fetch, clock)

  return {
    async read({ body }) {
      const message = checked(snsEnvelope, parsedJson(body.toString('utf8')))
      if (!topics.has(message.TopicArn))
        throw new Refusal('ETOPIC', 'its TopicArn is not among ses.topicArns')
      requireSignature(message, await certificates.keyAt(message.SigningCertURL, message.TopicArn))
      if (message.Type === 'Notification') return reportsIn(message)
      if (message.Type === 'SubscriptionConfirmation') await confirm(message, fetch)
      else warn(`ses: the topic ${message.TopicArn} was unsubscribed from; its reports do not come any more`)
      return []
    },
  }
}

function reportsIn({ Message }: SnsEnvelope): MadeReport[] {
  // When it is set up, SES sends a sentence instead.
  if (!Message.trimStart().startsWith('{')) return []
  const event = parsedJson(Message)
  return sesReports(event).map((told) => ({ ...told, event }))
}

async function confirm({ SubscribeURL, TopicArn }: SnsEnvelope, fetch: Fetch): Promise<void> {
  const url = confirmationUrl(SubscribeURL ?? '', TopicArn)
  if (url === null)
    throw new Refusal(
      'ESIGNATURE',
      'SubscribeURL is not at sns.<region of the topic>.amazonaws.com, or is for another topic',
    )
  try {
    await fetchText(fetch, url)
  } catch (error) {
    const { message } = error as Error
    throw new Refusal('EUNAVAILABLE', `the subscription could not be confirmed: ${message}`, { cause: error })
  }
}
