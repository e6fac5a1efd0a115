import type { LetterEvidence } from './letter-evidence.ts'
import { checkedRequest, textOf, type LetterSource } from './letter-request.ts'
import type { Letter } from './letter.ts'
import { recorded } from './recorded.ts'
import { removalLetter, type RemovalRequest } from './removal-letter.ts'

const ofIps = 'spamhaus-block'
const ofDomains = 'spamhaus-dbl'

/**
 * A request to Spamhaus to take IPs, or the domain, off its lists: what the replies in the event log complain of, the IPs if there
 * are none. `urls` has the page for each. `rules` defaults to `spamhaus-block` and `spamhaus-dbl`. Nothing is sent.
 *
 * @throws EngineError `EARGUMENT`, and what the ledger throws
 */
export async function spamhausLetter(source: LetterSource, request: RemovalRequest): Promise<Letter> {
  const call = 'spamhausLetter'
  const checked = checkedRequest(call, request, ['remediation'], [ofIps, ofDomains])
  const remediation = textOf(call, 'remediation', request.remediation)
  const record = await recorded(source, checked)
  const { evidence } = record
  const isDomain = evidence.groups.some(({ rule }) => rule === ofDomains)
  const areIps = !isDomain || evidence.groups.some(({ rule }) => rule === ofIps)
  const listed = [...(areIps ? checked.ips : []), ...(isDomain ? [checked.domain] : [])]
  const what = listed.join(', ')
  const lists = evidence.lists.length === 0 ? '' : ` (${evidence.lists.join(', ')})`
  return removalLetter(source, checked, record, {
    subject: `Request to remove ${what}${lists}`,
    urls: listed.map((one) => `https://check.spamhaus.org/results/?query=${encodeURIComponent(one)}`),
    asked: `iCloud Mail refuses our mail because of a listing${lists} of ${what}. Please look at it again and remove it.`,
    remediation,
    notes: listNotes(evidence),
  })
}

/** Each list has another way out. */
function listNotes({ lists }: LetterEvidence): string[] {
  const notes: string[] = []
  if (lists.includes('SBL'))
    notes.push(
      'Spamhaus removes from the SBL for the provider that the IP belongs to only: give this text to its abuse desk.',
    )
  if (lists.includes('PBL'))
    notes.push(
      'The PBL is no accusation: it lists ranges that are not to send mail by themselves. Send through a relay, or ask the provider.',
    )
  if (lists.includes('DBL'))
    notes.push(
      'Replies about the DBL do not say which domain is listed: look up all that the mail links to, not your own only.',
    )
  return notes
}
