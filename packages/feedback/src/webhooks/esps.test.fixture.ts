import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

export const now: number = Date.UTC(2026, 10, 26, 12)
export const seconds: number = now / 1000
export const topic = 'arn:aws:sns:eu-west-1:123456789012:bounces'
export const certificateUrl =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem'
export const secret = 'a-secret-of-the-tests'

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
}

/** Plays Amazon SNS: signs, and says what its certificate is. */
export class SnsDouble {
  readonly #key: string
  readonly certificate: string

  private constructor(key: string, certificate: string) {
    this.#key = key
    this.certificate = certificate
  }

  static async start(notAfter: number = now + 86_400_000): Promise<SnsDouble> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=sns.amazonaws.com',
      keys,
      notBefore: new Date(now - 86_400_000),
      notAfter: new Date(notAfter),
      signingAlgorithm: algorithm,
    })
    const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
    return new SnsDouble(
      `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`,
      certificate.toString('pem'),
    )
  }

  /** A request's body. */
  message(fields: Record<string, string>, version: '1' | '2' = '2'): string {
    const message: Record<string, string> = {
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: topic,
      Timestamp: new Date(now).toISOString(),
      ...fields,
      SignatureVersion: version,
      SigningCertURL: certificateUrl,
    }
    const names =
      message.Type === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const text = names.flatMap((name) => (name in message ? [`${name}\n${message[name]}\n`] : [])).join('')
    message.Signature = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
      .update(text)
      .sign(this.#key, 'base64')
    return JSON.stringify(message)
  }
}

const mail = {
  timestamp: new Date(now).toISOString(),
  messageId: '0102018e-ses',
  source: 'news@example.com',
  destination: ['anna@icloud.com'],
  headers: [{ name: 'Message-ID', value: '<1@example.com>' }],
  tags: { campaign: ['spring'] },
}

/** What SES says of Apple's replies, by the name of what it says. */
export const sesEvents: Record<string, object> = {
  bounce: {
    notificationType: 'Bounce',
    mail,
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      feedbackId: 'feedback-1',
      timestamp: new Date(now).toISOString(),
      reportingMTA: 'dns; a1.smtp-out.eu-west-1.amazonses.com',
      remoteMtaIp: '192.0.2.25',
      bouncedRecipients: [
        {
          emailAddress: 'anna@icloud.com',
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 <anna@icloud.com>: user does not exist',
        },
      ],
    },
  },
  suppressed: {
    eventType: 'Bounce',
    mail,
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'OnAccountSuppressionList',
      feedbackId: 'feedback-2',
      timestamp: new Date(now).toISOString(),
      bouncedRecipients: [
        {
          emailAddress: 'anna@icloud.com',
          status: '5.1.1',
          diagnosticCode:
            'Amazon SES did not send the message to this address because it is on the suppression list for your account.',
        },
      ],
    },
  },
  delivered: {
    eventType: 'Delivery',
    mail,
    delivery: {
      timestamp: new Date(now).toISOString(),
      recipients: ['anna@icloud.com'],
      smtpResponse: '250 2.5.0 Ok.',
      remoteMtaIp: '192.0.2.25',
    },
  },
  delayed: {
    eventType: 'DeliveryDelay',
    mail,
    deliveryDelay: {
      delayType: 'General',
      timestamp: new Date(now).toISOString(),
      delayedRecipients: [
        {
          emailAddress: 'anna@icloud.com',
          status: '4.7.1',
          diagnosticCode: 'smtp; 421 4.7.1 Messages to anna@icloud.com deferred due to excessive volume',
        },
      ],
    },
  },
  complaint: {
    notificationType: 'Complaint',
    mail,
    complaint: {
      feedbackId: 'feedback-3',
      timestamp: new Date(now).toISOString(),
      complainedRecipients: [{ emailAddress: 'anna@icloud.com' }],
    },
  },
  unsubscribe: {
    eventType: 'Subscription',
    mail,
    subscription: { timestamp: new Date(now).toISOString(), newTopicPreferences: { unsubscribeAll: true } },
  },
  click: {
    eventType: 'Click',
    mail,
    click: { timestamp: new Date(now).toISOString(), link: 'https://example.com' },
  },
}

const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
export const sendgridKey: string = sendgridKeys.publicKey
  .export({ format: 'der', type: 'spki' })
  .toString('base64')

/** Headers that SendGrid sends. */
export function sendgridHeaders(body: string, at: number = seconds): Record<string, string> {
  return {
    'x-twilio-email-event-webhook-timestamp': String(at),
    'x-twilio-email-event-webhook-signature': sign(
      'sha256',
      Buffer.from(`${at}${body}`),
      sendgridKeys.privateKey,
    ).toString('base64'),
  }
}

function ofSendgrid(event: string, more: object = {}): object {
  return {
    event,
    email: 'anna@icloud.com',
    timestamp: seconds,
    sg_event_id: `event-${event}`,
    sg_message_id: 'abc.filter.1',
    'smtp-id': '<1@example.com>',
    ...more,
  }
}
export const sendgridEvents: Record<string, object> = {
  bounce: ofSendgrid('bounce', {
    type: 'bounce',
    status: '5.1.1',
    reason: '550 5.1.1 <anna@icloud.com>: user does not exist',
  }),
  suppressed: ofSendgrid('dropped', { reason: 'Bounced Address' }),
  delivered: ofSendgrid('delivered', { response: '250 2.5.0 Ok.' }),
  delayed: ofSendgrid('deferred', {
    attempt: '2',
    response: '421 4.7.1 Messages to anna@icloud.com deferred due to excessive volume',
  }),
  complaint: ofSendgrid('spamreport'),
  unsubscribe: ofSendgrid('unsubscribe'),
  click: ofSendgrid('click', { url: 'https://example.com' }),
}

/** A request's body, as Mailgun signs it. */
export function mailgunBody(event: object, token: string, at: number = seconds): string {
  const signature = createHmac('sha256', secret).update(`${at}${token}`).digest('hex')
  return JSON.stringify({ signature: { timestamp: String(at), token, signature }, 'event-data': event })
}

function ofMailgun(event: string, more: object = {}): object {
  return {
    id: `id-${event}`,
    event,
    timestamp: seconds + 0.25,
    recipient: 'anna@icloud.com',
    'recipient-domain': 'icloud.com',
    envelope: { sender: 'news@example.com', targets: 'anna@icloud.com', transport: 'smtp' },
    message: { headers: { 'message-id': '1@example.com', from: 'news@example.com' } },
    ...more,
  }
}
export const mailgunEvents: Record<string, object> = {
  bounce: ofMailgun('failed', {
    severity: 'permanent',
    reason: 'bounce',
    'delivery-status': {
      code: 550,
      'enhanced-code': '5.1.1',
      message: '5.1.1 <anna@icloud.com>: user does not exist',
      'mx-host': 'mx01.mail.icloud.com',
      'attempt-no': 1,
    },
  }),
  suppressed: ofMailgun('failed', {
    severity: 'permanent',
    reason: 'suppress-bounce',
    'delivery-status': {
      code: 605,
      message: '',
      description: 'Not delivering to previously bounced address',
    },
  }),
  delivered: ofMailgun('delivered', {
    'delivery-status': { code: 250, message: 'OK', 'mx-host': 'mx01.mail.icloud.com' },
  }),
  delayed: ofMailgun('failed', {
    severity: 'temporary',
    'delivery-status': {
      code: 421,
      message: '4.7.1 Messages to anna@icloud.com deferred due to excessive volume',
      'mx-host': 'mx01.mail.icloud.com',
    },
  }),
  complaint: ofMailgun('complained'),
  unsubscribe: ofMailgun('unsubscribed'),
  click: ofMailgun('clicked', { url: 'https://example.com' }),
}

const time = new Date(now).toISOString()
export const postmarkEvents: Record<string, object> = {
  bounce: {
    RecordType: 'Bounce',
    ID: 4_323_372_036_854,
    Type: 'HardBounce',
    TypeCode: 1,
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
    Details: 'smtp;550 5.1.1 <anna@icloud.com>: user does not exist',
    Email: 'anna@icloud.com',
    From: 'news@example.com',
    BouncedAt: time,
    Inactive: true,
  },
  suppressed: {
    RecordType: 'Bounce',
    ID: 5,
    Type: 'ManuallyDeactivated',
    MessageID: '883953f4',
    Details: '',
    Email: 'anna@icloud.com',
    BouncedAt: time,
  },
  delivered: {
    RecordType: 'Delivery',
    MessageID: '883953f4',
    Recipient: 'anna@icloud.com',
    DeliveredAt: time,
    Details: 'smtp;250 2.5.0 Ok.',
  },
  delayed: {
    RecordType: 'Bounce',
    ID: 6,
    Type: 'Transient',
    MessageID: '883953f4',
    Details: 'smtp;421 4.7.1 Messages to anna@icloud.com deferred due to excessive volume',
    Email: 'anna@icloud.com',
    BouncedAt: time,
  },
  complaint: {
    RecordType: 'SpamComplaint',
    ID: 7,
    MessageID: '883953f4',
    Email: 'anna@icloud.com',
    BouncedAt: time,
  },
  unsubscribe: {
    RecordType: 'SubscriptionChange',
    MessageID: '883953f4',
    Recipient: 'anna@icloud.com',
    Origin: 'Recipient',
    SuppressSending: true,
    SuppressionReason: 'ManualSuppression',
    ChangedAt: time,
  },
  click: { RecordType: 'Click', MessageID: '883953f4', Recipient: 'anna@icloud.com', ReceivedAt: time },
}

function ofSparkpost(type: string, more: object = {}, family = 'message_event'): object {
  return {
    msys: {
      [family]: {
        type,
        event_id: `event-${type}`,
        rcpt_to: 'anna@icloud.com',
        raw_rcpt_to: 'anna@icloud.com',
        message_id: '000443ee14578172be22',
        msg_from: 'news@example.com',
        timestamp: String(seconds),
        ...more,
      },
    },
  }
}
export const sparkpostEvents: Record<string, object> = {
  bounce: ofSparkpost('bounce', {
    bounce_class: '10',
    error_code: '550',
    raw_reason: '550 5.1.1 <anna@icloud.com>: user does not exist',
  }),
  suppressed: ofSparkpost('bounce', {
    event_id: 'event-suppressed',
    bounce_class: '25',
    raw_reason: '550 5.1.1 recipient address suppressed due to: Bounce Rule',
  }),
  delivered: ofSparkpost('delivery', { ip_address: '192.0.2.25' }),
  delayed: ofSparkpost('delay', {
    raw_reason: '421 4.7.1 Messages to anna@icloud.com deferred due to excessive volume',
  }),
  complaint: ofSparkpost('spam_complaint'),
  unsubscribe: ofSparkpost('list_unsubscribe', {}, 'unsubscribe_event'),
  click: ofSparkpost('click', {}, 'track_event'),
}
