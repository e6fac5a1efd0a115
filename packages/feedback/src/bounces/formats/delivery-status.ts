import { recipientIn } from '../message/addresses.ts'
import { fieldBlocks } from '../message/field-lines.ts'
import { fieldOf, type HeaderField } from '../message/parse-message.ts'
import type { BounceRecipient, BounceReport } from './report.ts'
import { namedHost, reporterItself } from './text-report.ts'

const mostRecipients = 500
const actions: readonly string[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded']

/** Reads a `message/delivery-status` (RFC 3464) of any number of recipients; `null` if it is none. */
export function readDeliveryStatus(text: string): BounceReport | null {
  const blocks = fieldBlocks(text, mostRecipients + 1)
  const isOfRecipient = (block: readonly HeaderField[]): boolean =>
    block.some(({ name }) => name === 'final-recipient' || name === 'original-recipient' || name === 'action')
  const about = blocks.filter(isOfRecipient)
  if (about.length === 0) return null
  // Some hosts leave the blank line out that ends the fields of the message.
  const [general] = blocks
  const ofMessage = general ?? []
  const reportingMta = nameIn(fieldOf(ofMessage, 'reporting-mta'))
  return {
    format: 'dsn',
    reportingMta,
    messageIds: ['x-original-message-id', 'original-envelope-id'].flatMap((name) => {
      const value = fieldOf(ofMessage, name)
      return value === null ? [] : [afterType(value)]
    }),
    recipients: about.map((block) => recipientOf(block, reportingMta)),
  }
}

function recipientOf(block: readonly HeaderField[], reportingMta: string | null): BounceRecipient {
  const text = (name: string): string => fieldOf(block, name) ?? ''
  const action =
    text('action')
      .toLowerCase()
      .split(/[\s(;]/, 1)[0] ?? ''
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(text('status'))?.[0] ?? null
  const diagnostic = text('diagnostic-code')
  const remoteMta = nameIn(fieldOf(block, 'remote-mta'))
  const isSmtp = /^smtp\s*;/i.test(diagnostic)
  return {
    finalRecipient: recipientIn(text('final-recipient')),
    originalRecipient: recipientIn(text('original-recipient')),
    action: actions.includes(action) ? (action as BounceRecipient['action']) : actionBy(status),
    status,
    reply: replyOf(diagnostic, status),
    // Without a remote host it is the reporting one that speaks; so it is where the words are no SMTP reply.
    host:
      remoteMta !== null && (isSmtp || diagnostic === '')
        ? namedHost(remoteMta)
        : (reportingMta ?? reporterItself),
    at: timeIn(text('last-attempt-date')),
  }
}

function actionBy(status: string | null): BounceRecipient['action'] {
  if (status?.startsWith('5')) return 'failed'
  return status?.startsWith('2') ? 'delivered' : 'delayed'
}

/** Where there are no words, the status is all there is: it never suppresses anybody. */
function replyOf(diagnostic: string, status: string | null): string {
  const text = afterType(diagnostic)
  if (text !== '') return text
  return status === null ? '' : `${status.startsWith('4') ? 450 : 550} ${status}`
}

/** `dns; mx01.mail.icloud.com (192.0.2.25, the server for the domain icloud.com.)` is the name alone. */
function nameIn(value: string | null): string | null {
  if (value === null) return null
  const name =
    afterType(value)
      .split(/[\s([]/, 1)[0]
      ?.replace(/\.$/, '') ?? ''
  return name === '' || name.length > 253 ? null : name
}

function afterType(value: string): string {
  const end = value.indexOf(';')
  return end > 0 && end <= 16 && !/[\s<@]/.test(value.slice(0, end).trim())
    ? value.slice(end + 1).trim()
    : value.trim()
}

function timeIn(text: string): number | null {
  const at = text === '' ? Number.NaN : Date.parse(text.slice(0, 100))
  return Number.isFinite(at) ? at : null
}
