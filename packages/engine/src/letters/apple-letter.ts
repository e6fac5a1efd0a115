import { rules, type Fault } from '@icloud-delivery/rules'
import { errorBlocks } from './error-blocks.ts'
import type { LetterEvidence } from './letter-evidence.ts'
import { evidenceNotes, holdWords, senderSections, signature, startWords } from './letter-parts.ts'
import {
  checkedRequest,
  textOf,
  type CheckedRequest,
  type LetterRequest,
  type LetterSource,
} from './letter-request.ts'
import type { Letter } from './letter.ts'
import { recorded, type Recorded } from './recorded.ts'
import { rendered } from './render-letter.ts'
import { paragraph, paragraphs, time } from './words.ts'

/** What {@link appleLetter} takes. `rules` defaults to all that are no fault of a recipient or his domain. */
export interface AppleLetterRequest extends LetterRequest {
  /** What is wrong, for a person: at most 5,000 characters. When it began is added. */
  description: string
  /** What was done about it already, at most 5,000 characters. Default: none is told. */
  remediation?: string
}

const postmaster = 'icloudadmin@apple.com'
const recipientFaults: readonly Fault[] = ['recipient', 'recipient-domain']
const usual = rules.filter(({ fault }) => !recipientFaults.includes(fault)).map(({ id }) => id)
const mostCodes = 2

/**
 * A letter to Apple's postmaster with the five things they ask for: company, domain, IPs, SMTP errors with their transaction ids
 * and times, and a description that says when it began. The errors come from the event log, the rest from the request.
 * Nothing is sent. Recipients and all other addresses in replies are cut out unless `recipients` is `shown`.
 *
 * @throws EngineError `EARGUMENT`, and what the ledger throws
 */
export async function appleLetter(source: LetterSource, request: AppleLetterRequest): Promise<Letter> {
  const call = 'appleLetter'
  const checked = checkedRequest(call, request, ['description', 'remediation'], usual)
  const description = textOf(call, 'description', request.description)
  const remediation =
    request.remediation === undefined ? null : textOf(call, 'remediation', request.remediation)
  const record = await recorded(source, checked)
  const { evidence } = record
  const facts = [startWords(checked, record), rateWords(record), await holdWords(source, checked)].filter(
    (words) => words !== null,
  )
  return rendered({
    to: postmaster,
    urls: [],
    subject: subjectOf(checked, evidence),
    sections: [
      {
        heading: null,
        blocks: [
          paragraph('Hello,'),
          paragraph(
            'iCloud Mail does not take some of our mail. Please look into it; here is what you ask for.',
          ),
        ],
      },
      ...senderSections(checked),
      { heading: 'SMTP errors', blocks: errorBlocks(evidence, checked.areShown) },
      { heading: 'Description', blocks: [...paragraphs(description), ...facts.map(paragraph)] },
      ...(remediation === null ? [] : [{ heading: 'What we have done', blocks: paragraphs(remediation) }]),
      signature(checked),
    ],
    notes: [...evidenceNotes(checked, evidence), ...transactionNotes(evidence)],
  })
}

function subjectOf({ domain }: CheckedRequest, { groups }: LetterEvidence): string {
  const codes = groups.flatMap(({ code }) => (code === '' ? [] : [code])).slice(0, mostCodes)
  return `iCloud Mail refuses mail from ${domain}${codes.length === 0 ? '' : `: ${codes.join(', ')}`}`
}

/** How much of the mail it is; `null` where the counts do not say, such as for mail that a relay hands over. */
function rateWords({ rates }: Recorded): string | null {
  if (rates === null || rates.attempts === 0) return null
  const { since, until, attempts, delivered, deferred, bounced, refused } = rates
  return `Attempts to deliver mail to you from ${time(since)} to ${time(until)}: ${attempts} (accepted ${delivered}, deferred ${deferred}, refused because of the recipient ${bounced}, refused for another reason ${refused}).`
}

function transactionNotes({ groups }: LetterEvidence): string[] {
  if (groups.length === 0) return []
  const hasOne = groups.some(({ samples }) => samples.some(({ transactionId }) => transactionId !== null))
  return hasOne ? [] : ['None of these replies holds a transaction id (Txn ID).']
}
