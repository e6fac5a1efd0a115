import { verify, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { Refusal } from '../refusal.ts'

/** What SNS posts. */
export interface SnsEnvelope {
  Type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'
  MessageId: string
  TopicArn: string
  Message: string
  Timestamp: string
  SignatureVersion: '1' | '2'
  Signature: string
  SigningCertURL: string
  Subject?: string | null | undefined
  SubscribeURL?: string | null | undefined
  Token?: string | null | undefined
}

export const snsEnvelope: v.GenericSchema<unknown, SnsEnvelope> = v.object({
  Type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: v.string(),
  TopicArn: v.string(),
  Message: v.string(),
  Timestamp: v.string(),
  SignatureVersion: v.picklist(['1', '2']),
  Signature: v.string(),
  SigningCertURL: v.string(),
  Subject: v.nullish(v.string()),
  SubscribeURL: v.nullish(v.string()),
  Token: v.nullish(v.string()),
})

const ofNotification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const
const ofConfirmation = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const

/**
 * What is signed.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
 */
export function signedText(message: SnsEnvelope): string {
  const fields = message.Type === 'Notification' ? ofNotification : ofConfirmation
  let text = ''
  for (const field of fields) {
    const value = message[field]
    if (value !== null && value !== undefined) text += `${field}\n${value}\n`
  }
  return text
}

/** @throws Refusal `ESIGNATURE` */
export function requireSignature(message: SnsEnvelope, key: KeyObject): void {
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
  const signature = Buffer.from(message.Signature, 'base64')
  if (key.asymmetricKeyType !== 'rsa' || !verify(algorithm, Buffer.from(signedText(message)), key, signature))
    throw new Refusal('ESIGNATURE', 'the signature of SNS is wrong')
}
