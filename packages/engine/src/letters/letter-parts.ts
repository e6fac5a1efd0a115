import type { Hold } from '../engine.ts'
import type { CheckedRequest, LetterSource } from './letter-request.ts'
import type { LetterSection } from './letter.ts'
import type { Recorded } from './recorded.ts'
import type { LetterEvidence } from './letter-evidence.ts'
import { oneLine, paragraph, paragraphs, time } from './words.ts'

/** Who sends the mail, as each receiver of a letter asks first. */
export function senderSections({ company, domain, ips }: CheckedRequest): LetterSection[] {
  return [
    { heading: 'Company', blocks: paragraphs(company) },
    { heading: 'Domain', blocks: [paragraph(domain)] },
    { heading: 'IP addresses', blocks: [{ type: 'list', items: ips }] },
  ]
}

/** The end of a letter. */
export function signature({ contact, company }: CheckedRequest): LetterSection {
  const name = oneLine(contact)
  const firm = oneLine(company)
  return { heading: null, blocks: [paragraph(name.includes(firm) ? name : `${name}, ${firm}`)] }
}

/** When it began: as the sender says, or the first reply. */
export function startWords(
  { startedAt }: CheckedRequest,
  { evidence: { groups }, rates, countedFrom }: Recorded,
): string | null {
  if (startedAt !== null) return `It began at ${time(startedAt)}.`
  const first = Math.min(...groups.map(({ firstAt }) => firstAt))
  const bucketMs = (rates?.bucketSeconds ?? 0) * 1000
  // The counts are by minutes, hours or days; the log knows the second, if it goes back as far.
  if (countedFrom !== null && countedFrom + bucketMs <= first)
    return `By our counts it began after ${time(countedFrom)}.`
  return Number.isFinite(first) ? `The first of these errors on record came at ${time(first)}.` : null
}

/** That mail is held back because of it; `null` if none is. */
export async function holdWords(source: LetterSource, { rules }: CheckedRequest): Promise<string | null> {
  const holds = (await source.holds()).filter(({ rule }: Hold) => rules.has(rule))
  if (holds.length === 0) return null
  const since = Math.min(...holds.map((hold) => hold.since))
  return `We have held back the mail concerned since ${time(since)}, and only test now and then whether it is taken again.`
}

/** What whoever sends a letter should know of the evidence. */
export function evidenceNotes({ ips }: CheckedRequest, evidence: LetterEvidence): string[] {
  const notes: string[] = []
  if (evidence.groups.length === 0 && evidence.isComplete)
    notes.push('The event log has no such reply in this time: take an earlier since, or name the rules.')
  if (!evidence.isComplete)
    notes.push(
      'There were more replies than the event log keeps or than are looked at, so the numbers are too low: take a shorter time, or let the ledger keep more events (maxEvents).',
    )
  const others = evidence.ips.filter((ip) => !ips.some((own) => own.toLowerCase() === ip))
  if (others.length > 0) notes.push(`Replies name IP addresses that are not in ips: ${others.join(', ')}.`)
  return notes
}
