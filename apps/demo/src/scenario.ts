import type { Step } from '@icloud-delivery/mx-simulator'
import type { Outcome } from './happening.ts'

/** What is to become of one mail in one round. */
export interface Expectation {
  /** What the shop's `sendMail` says: `accepted`, or the code of its error. */
  sendMail: string
  /** TCP connections that the shop made for it. */
  connections: number
  /** What was decided after each try, in order. */
  outcomes: readonly Outcome[]
  /** Whether it had to wait before its first try, because its scope was closed. */
  waited: boolean
  /** What it closed and opened, in order, such as `stream held`. */
  scopes: readonly string[]
  /** Whether the shop gets a bounce message. */
  bounced: boolean
}

/** What is to be remembered about a recipient in the end. */
export interface Memory {
  /** The rule that suppressed it. */
  suppressedBy: string | null
  /** Failed sends in a row that count against it. */
  softBounces: number
  /** Whether Apple's last word was a 250. */
  delivered: boolean
}

/** One recipient, what its MX says in each round, and what has to come of it. */
export interface Row {
  recipient: string
  subject: string
  /** The kind of mail. Rules that hold a stream or a domain have one of their own, so that nobody else waits for it. */
  stream: string
  /** Whether the stream also has a sending IP of its own: for rules that hold the IP. */
  ownLane: boolean
  /** In round 1 it is sent as soon as the mail to this recipient has closed a scope. */
  behind: string | null
  /** Who takes the mail. */
  at: 'apple' | 'elsewhere'
  /** The answers of round 1 and round 2. None: accepted. */
  answers: readonly [readonly Step[], readonly Step[]]
  expected: readonly [Expectation, Expectation]
  remembers: Memory
}

const accept: Step = { accept: true }
const delivered: Expectation = {
  sendMail: 'accepted',
  connections: 1,
  outcomes: ['delivered'],
  waited: false,
  scopes: [],
  bounced: false,
}
const refused: Expectation = { ...delivered, outcomes: ['fail'], bounced: true }
const counted: Expectation = { ...delivered, outcomes: ['soft-bounce'], bounced: true }
const suppressed: Expectation = { ...delivered, outcomes: ['suppress'], bounced: true }
const notEvenSent: Expectation = { ...delivered, sendMail: 'ESUPPRESSED', connections: 0, outcomes: [] }

const nothing: Memory = { suppressedBy: null, softBounces: 0, delivered: false }
const accepts: Memory = { ...nothing, delivered: true }

type Details = Partial<Row> & Pick<Row, 'answers' | 'expected' | 'remembers' | 'subject'>

/** The local part is the rule's name: the simulator gives the same reply to everybody who writes to it. */
function appleRow(rule: string, details: Details): Row {
  return {
    recipient: `${rule}@icloud.com`,
    stream: 'transactional',
    ownLane: false,
    behind: null,
    at: 'apple',
    ...details,
  }
}

function thenDelivered(...outcomes: Outcome[]): Expectation {
  return { ...delivered, outcomes: [...outcomes, 'delivered'] }
}

/** The sending IP is closed by the first refusal, and opened by the probe that is accepted. */
function probed(...outcomes: Outcome[]): Expectation {
  return { ...thenDelivered(...outcomes), scopes: ['sending-ip held', 'sending-ip released'] }
}

/** Refused for what is in it: whatever is left of the same message waits. */
const refusedForContent: Expectation = { ...refused, scopes: ['campaign held'] }

/** It waits for the door that another mail has closed, and opens it as the probe. */
function behindClosed(scope: string): Expectation {
  return { ...delivered, waited: true, scopes: [`${scope} released`] }
}

/** Everybody that the shop writes to, twice. */
export const rows: readonly Row[] = [
  appleRow('anna', {
    subject: 'Your order has arrived',
    answers: [[], []],
    expected: [delivered, delivered],
    remembers: accepts,
  }),
  appleRow('rate-limited', {
    subject: 'Your parcel is on its way',
    answers: [[{ rule: 'rate-limited' }, accept], []],
    expected: [thenDelivered('retry'), delivered],
    remembers: accepts,
  }),
  appleRow('invalid-recipient', {
    subject: 'Your invoice',
    answers: [[{ rule: 'invalid-recipient' }], []],
    expected: [suppressed, notEvenSent],
    remembers: { ...nothing, suppressedBy: 'invalid-recipient' },
  }),
  appleRow('inactive-account', {
    subject: 'Your receipt',
    answers: [[{ rule: 'inactive-account' }], [{ rule: 'inactive-account' }]],
    expected: [counted, counted],
    remembers: { ...nothing, softBounces: 2 },
  }),
  appleRow('mailbox-full', {
    subject: 'Your photo book is ready',
    answers: [[{ rule: 'mailbox-full', times: 2 }, accept], []],
    expected: [thenDelivered('retry', 'retry'), delivered],
    remembers: accepts,
  }),
  appleRow('authentication-failure', {
    subject: 'Autumn news',
    stream: 'autumn-news',
    answers: [[{ rule: 'authentication-failure' }], []],
    expected: [refused, delivered],
    remembers: accepts,
  }),
  appleRow('dmarc-failure', {
    subject: 'From our new mailing tool',
    stream: 'new-tool',
    ownLane: true,
    answers: [[{ rule: 'dmarc-failure' }], []],
    expected: [{ ...refused, scopes: ['sending-domain held'] }, delivered],
    remembers: accepts,
  }),
  appleRow('berta', {
    subject: 'From our new mailing tool, too',
    stream: 'new-tool',
    ownLane: true,
    behind: 'dmarc-failure@icloud.com',
    answers: [[], []],
    expected: [behindClosed('sending-domain'), delivered],
    remembers: accepts,
  }),
  appleRow('proofpoint-block', {
    subject: 'Winter sale',
    stream: 'winter-sale',
    ownLane: true,
    answers: [[{ rule: 'proofpoint-block', times: 2 }, accept], []],
    expected: [probed('hold', 'hold'), delivered],
    remembers: accepts,
  }),
  appleRow('spamhaus-block', {
    subject: 'Spring sale',
    stream: 'spring-sale',
    ownLane: true,
    answers: [
      [{ rule: 'spamhaus-block' }, accept],
      [{ rule: 'spamhaus-block', example: 2 }, accept],
    ],
    expected: [probed('hold'), probed('hold')],
    remembers: accepts,
  }),
  appleRow('policy-cs01', {
    subject: 'BUY NOW!!!',
    stream: 'shouting',
    answers: [[{ rule: 'policy-cs01' }], []],
    expected: [refused, delivered],
    remembers: accepts,
  }),
  appleRow('policy-cs02', {
    subject: 'Confirm your bank account',
    stream: 'payments',
    answers: [[{ rule: 'policy-cs02' }], [{ rule: 'policy-cs02' }]],
    expected: [refusedForContent, refusedForContent],
    remembers: nothing,
  }),
  appleRow('policy-cs03', {
    subject: 'Your ticket (ticket.zip)',
    stream: 'tickets',
    answers: [[{ rule: 'policy-cs03' }], []],
    expected: [refusedForContent, delivered],
    remembers: accepts,
  }),
  appleRow('policy-hm08', {
    subject: 'To all 40,000 of you',
    stream: 'blast',
    ownLane: true,
    answers: [[{ rule: 'policy-hm08' }], []],
    expected: [{ ...refused, scopes: ['stream held'] }, delivered],
    remembers: accepts,
  }),
  appleRow('clara', {
    subject: 'To all 40,000 of you',
    stream: 'blast',
    ownLane: true,
    behind: 'policy-hm08@icloud.com',
    answers: [[], []],
    expected: [behindClosed('stream'), delivered],
    remembers: accepts,
  }),
  appleRow('nobody', {
    recipient: 'nobody@family.example',
    subject: 'To a domain of its own, with its mail at Apple',
    answers: [[{ rule: 'invalid-recipient' }], []],
    expected: [suppressed, notEvenSent],
    remembers: { ...nothing, suppressedBy: 'invalid-recipient' },
  }),
  appleRow('anna', {
    recipient: 'anna@other.example',
    subject: 'To another provider',
    at: 'elsewhere',
    answers: [[], [{ rule: 'invalid-recipient' }]],
    expected: [
      { ...delivered, outcomes: ['taken-elsewhere'] },
      { ...delivered, outcomes: ['refused-elsewhere'], bounced: true },
    ],
    remembers: nothing,
  }),
]

/** MX records, in the place of DNS. */
export const mxRecords: Readonly<Record<string, readonly string[]>> = {
  'family.example': ['mx01.mail.icloud.com', 'mx02.mail.icloud.com'],
  'other.example': ['mx.other.example'],
  'example.com': ['mx.example.com'],
  'news.example': ['mx.example.com'],
}
