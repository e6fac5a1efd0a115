import type { RecordRequest } from '@icloud-delivery/engine'
import type { Address, TransactionNotes } from './haraka.ts'
import type { Settings } from './settings.ts'
import { standardStream } from './stream.ts'

/** What the engine is told of a message, apart from its recipients. */
export type MailSubject = Pick<RecordRequest, 'sender' | 'from' | 'submitter' | 'campaign' | 'deliverBy'> & {
  stream: string
  lane: string
}

/** The same for `admit` and `record`, so that both look at the same scopes. */
export function subjectOf(
  { mail_from, notes }: { mail_from: Address; notes: TransactionNotes },
  settings: Pick<Settings, 'stream' | 'lanes'>,
): MailSubject {
  const { stream = standardStream(settings), from, submitter, campaign, deliverBy } = notes.icloud ?? {}
  return {
    sender: mail_from.address,
    stream,
    lane: laneOf(stream, settings),
    ...(from === undefined ? {} : { from }),
    ...(submitter === undefined ? {} : { submitter }),
    ...(campaign === undefined ? {} : { campaign }),
    ...(deliverBy === undefined ? {} : { deliverBy }),
  }
}

/** The lane that a stream uses. */
export function laneOf(stream: string, { lanes }: Pick<Settings, 'lanes'>): string {
  return lanes.get(stream) ?? 'default'
}

/**
 * Whether the envelope sender hears of what is given up before Apple was asked. Not if anyone could have made it up. Mail
 * that another plugin made has no client, and none of its senders is a stranger's.
 */
export function mayTellSender(
  { mail_from, notes }: { mail_from: Address; notes: TransactionNotes },
  { suppressionDsn }: Pick<Settings, 'suppressionDsn'>,
): boolean {
  return suppressionDsn && Boolean(mail_from.user) && notes.icloud?.relaying !== false
}
