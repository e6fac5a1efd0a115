import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome, type ParsedReply } from '../log-reply.ts'
import { dropHalf } from '../message-book.ts'
import { isApples } from '../whose-line.ts'
import { harakaLine, type HarakaLine } from './haraka-line.ts'

/** What is known of a message that has a recipient at Apple. */
interface Transaction {
  sender: string | null
  messageId: string | null
  /** How many recipients it has in all; `null` if not known. */
  accepted: number | null
  /** Those whose lines name Apple. */
  recipients: Set<string>
  /** Those that Apple refused in the attempt that goes on, by the delivery's uuid. */
  refused: Map<string, Set<string>>
}

const most = 20_000
const mostRecipients = 1000

/**
 * Haraka's own lines (level `notice`; `info` for what is refused at MAIL FROM or after the data). They name the recipients when
 * they are accepted, and then the delivery by its uuid alone; so what cannot be told for sure whose it is, is left out.
 *
 * @see connection.js and outbound/hmail.js of Haraka 3.3.4
 */
export const haraka: LogFormatting = {
  joins: [],
  always: ['message mid=', '"message":"message"', 'Temp failing ', 'bouncing mail: '],
  parser(clock) {
    const transactions = new Map<string, Transaction>()
    return {
      parse(line) {
        const found = harakaLine(line, clock)
        if (found?.origin === 'core') learn(found, transactions)
        if (found?.origin !== 'outbound') return null
        const { uuid } = found
        return outbound(found, transactions.get(uuid.slice(0, uuid.lastIndexOf('.'))))
      },
    }
  },
}

/** What the lines about a message that comes in say. */
function learn(line: HarakaLine, transactions: Map<string, Transaction>): void {
  const { message, uuid } = line
  const recipient = /^recipient <([^>\s]{3,320})>/.exec(message)?.[1]
  if (recipient !== undefined) {
    if (line.field('code')?.startsWith('DENY')) return
    const transaction = transactions.get(uuid) ?? begun()
    transactions.set(uuid, transaction)
    if (transactions.size > most) dropHalf(transactions)
    transaction.sender = line.field('sender') ?? transaction.sender
    if (transaction.recipients.size < mostRecipients) transaction.recipients.add(recipient)
  } else if (/^message(?: |$)/.test(message)) {
    const transaction = transactions.get(uuid)
    if (transaction === undefined) return
    transaction.messageId = line.field('mid') || null
    const accepted = /^(\d{1,6})\//.exec(line.field('rcpts') ?? '')?.[1]
    transaction.accepted = accepted === undefined ? null : Number(accepted)
  }
}

function begun(): Transaction {
  return { sender: null, messageId: null, accepted: null, recipients: new Set(), refused: new Map() }
}

const said = /^recipient <([^>\s]{3,320})> (rejected|deferred): (.*)$/s
const ofAll =
  /^(?:bouncing mail: |Temp failing \S{1,200} for [\d.]{1,12} seconds: Upstream error: )([245]\d\d .*)$/s

function outbound(line: HarakaLine, transaction: Transaction | undefined): ParsedReply[] | null {
  const { message, uuid } = line
  const one = said.exec(message)
  if (one !== null) {
    const recipient = one[1]!
    if (transaction) {
      const refused = transaction.refused.get(uuid) ?? new Set()
      refused.add(recipient)
      transaction.refused.set(uuid, refused)
    }
    return replies(line, transaction, [recipient], replied(one[3]!, null, 'rcpt', one[2] === 'rejected'))
  }
  if (transaction === undefined) return null
  const refused = transaction.refused.get(uuid) ?? new Set<string>()
  const all = ofAll.exec(message)
  if (all !== null) {
    transaction.refused.delete(uuid)
    const recipients = [...transaction.recipients]
    // Deliveries go by domain, and the line does not name it: with one domain alone there is one delivery.
    const domains = new Set(recipients.map(domainOf))
    if (domains.size !== 1 || transaction.accepted !== recipients.length) return null
    return replies(line, transaction, recipients, replied(all[1]!, null, null, message.startsWith('b')))
  }
  const domain = line.field('domain')?.toLowerCase()
  if (!message.startsWith('delivered file') && line.field('delivered file') === null) return null
  transaction.refused.delete(uuid)
  const recipients = [...transaction.recipients].filter(
    (recipient) => domainOf(recipient) === domain && !refused.has(recipient),
  )
  if (line.field('rcpts')?.split('/', 1)[0] !== String(recipients.length)) return null
  // Haraka mostly knows an MX by its address alone, and an address is no evidence.
  const named = line.field('host')
  const host = named !== null && /[a-z]/i.test(named) && !named.includes(':') ? named : null
  const text = line.field('response')
  return replies(line, transaction, recipients, {
    kind: 'delivered',
    host,
    ...(text !== null && { text: `250 ${text}` }),
  })
}

function replies(
  { at, uuid }: HarakaLine,
  transaction: Transaction | undefined,
  recipients: readonly string[],
  outcome: LogOutcome,
): ParsedReply[] | null {
  const { sender = null, messageId = null } = transaction ?? {}
  const found = recipients
    .filter((recipient) => recipient.includes('@') && isApples(recipient, sender, outcome))
    .map((recipient) => ({
      at,
      recipient,
      sender,
      messageId,
      queueId: uuid,
      source: null,
      outcome,
    }))
  return found.length > 0 ? found : null
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
