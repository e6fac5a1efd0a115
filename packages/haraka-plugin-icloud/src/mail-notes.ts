import { fromDomainOf } from './from-domain.ts'
import type { Connection, Plugin, Transaction } from './haraka.ts'
import { printable } from './printable.ts'
import type { Settings } from './settings.ts'
import { standardStream, streamBySign } from './stream.ts'
import { LONGEST_NAME, writtenName } from './written-name.ts'

/** What is known of a message when it comes in. Written to its queue file, as there is no connection any more later. */
export interface MailNotes {
  /** None: the default stream of the time when it is sent. */
  stream?: string
  /** The domain of the From header. */
  from?: string
  /** Who handed it in: the user that logged in, or the client's IP address. */
  submitter?: string
  campaign?: string
  /** Codes of what was found in it before it was queued. */
  findings?: readonly string[]
  /** When it is of no use any more, ms since the epoch. */
  deliverBy?: number
  /** The Message-ID, where its return path is signed: bounces name it, and nothing of Haraka's own. None: Haraka makes one up. */
  messageId?: string
  /** The names of the queue files that this one was split off, the oldest first. */
  partOf?: readonly string[]
  /** Whether the client was authenticated or allowed to relay. Anyone else may have made the envelope sender up. */
  relaying?: boolean
}

/** As long as a line of mail may be (RFC 5322, 2.1.1). */
const LONGEST_ID = 998

/**
 * Notes on a message what the plugin will want to know of it. What a client says in headers of ours counts only if it
 * may relay: anyone else could have written it. These headers are taken out, before anything is signed.
 */
export function noteMail(plugin: Plugin, connection: Connection, settings: Settings): void {
  const { transaction, relaying } = connection
  if (!transaction) return
  const named = relaying ? namedStream(plugin, transaction, settings) : undefined
  const stream = named ?? (settings.stream === null ? streamBySign(transaction.header, settings) : undefined)
  const from = fromDomainOf(transaction.header)
  const submitter = connection.notes.auth_user ?? connection.remote.ip
  const campaign = relaying ? writtenName(headerOf(transaction, settings.campaignHeader)) : ''
  const deliverBy = relaying ? timeIn(plugin, transaction, settings.deliverByHeader) : undefined
  const messageId = relaying && settings.returnPathDomain !== null ? headerOf(transaction, 'Message-ID') : ''
  if (relaying) {
    for (const name of [settings.streamHeader, settings.deliverByHeader]) {
      if (headerOf(transaction, name) !== '') transaction.remove_header(name)
    }
  }
  transaction.notes.icloud = {
    relaying,
    ...(stream === undefined ? {} : { stream }),
    ...(from === undefined ? {} : { from }),
    ...(submitter ? { submitter: submitter.slice(0, LONGEST_NAME) } : {}),
    ...(campaign === '' ? {} : { campaign }),
    ...(deliverBy === undefined ? {} : { deliverBy }),
    ...(messageId === '' || messageId === '<>' ? {} : { messageId: messageId.slice(0, LONGEST_ID) }),
  }
  transaction.results.add(plugin, { stream: stream ?? standardStream(settings) })
}

function headerOf({ header }: Transaction, name: string): string {
  return header.get(name).trim()
}

function namedStream(
  plugin: Plugin,
  transaction: Transaction,
  { streamHeader, streams }: Settings,
): string | undefined {
  const named = headerOf(transaction, streamHeader)
  if (named === '' || streams.includes(named)) return named || undefined
  plugin.logwarn(
    `${transaction.uuid}: ${streamHeader}: expected one of ${streams.join(', ')} ([main] streams), ` +
      `found "${printable(named, 80)}"; the message is taken as if it named none`,
  )
  return undefined
}

/** `Date` reads more than dates: to it "60" is the year 1960, and the message would be given up at once. */
const date = /^(?:\d{4}-\d\d-\d\d(?:[T ]|$)|(?:[a-z]{3},\s*)?\d{1,2}\s+[a-z]{3}\s+\d{2,4}\s+\d\d:\d\d)/i

/** A date as mail headers (RFC 5322, 3.3) or ISO 8601 write it. */
function timeIn(plugin: Plugin, transaction: Transaction, header: string): number | undefined {
  const said = headerOf(transaction, header)
  if (said === '') return undefined
  const time = date.test(said) ? Date.parse(said) : NaN
  if (Number.isFinite(time)) return time
  plugin.logwarn(
    `${transaction.uuid}: ${header}: expected a date as in the Date header or in ISO 8601, found "${printable(said, 80)}"; ` +
      'the message has no time of its own',
  )
  return undefined
}
