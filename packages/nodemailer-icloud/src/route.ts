import type { Hop } from '@icloud-delivery/engine'
import type { MessageLike } from './nodemailer-shapes.ts'

/** What the engine is told of a mail with each question and each outcome. */
export interface MailRoute {
  sender: string
  stream: string
  lane: string
  hop: Hop
  messageId: string
  /** ms since the epoch. */
  acceptedAt: number
  from?: string
  campaign?: string
  submitter?: string
  /** ms since the epoch. */
  deliverBy?: number
}

/** The first address of the From header, which Apple checks authentication for; `undefined` if it cannot be told. */
export function fromOf(message: MessageLike): string | undefined {
  const list: unknown = message.getAddresses?.()['from']
  const first: unknown = Array.isArray(list) ? list[0] : list
  const address = (first as { address?: unknown } | null | undefined)?.address
  return typeof address === 'string' && address !== '' ? address : undefined
}
