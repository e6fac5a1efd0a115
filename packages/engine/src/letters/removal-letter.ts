import { errorBlocks } from './error-blocks.ts'
import { evidenceNotes, holdWords, senderSections, signature, startWords } from './letter-parts.ts'
import type { CheckedRequest, LetterRequest, LetterSource } from './letter-request.ts'
import type { Letter } from './letter.ts'
import type { Recorded } from './recorded.ts'
import { rendered } from './render-letter.ts'
import { oneLine, paragraph, paragraphs } from './words.ts'

/** What a request for removal from a list takes. */
export interface RemovalRequest extends LetterRequest {
  /** What led to it and what was done so that it does not happen again, at most 5,000 characters: the answer depends on it. */
  remediation: string
}

/** What differs from list to list. */
export interface Removal {
  subject: string
  urls: readonly string[]
  /** The first sentence: what is asked for. */
  asked: string
  remediation: string
  notes: readonly string[]
}

/** A request for removal, for the form of who keeps the list. */
export async function removalLetter(
  source: LetterSource,
  checked: CheckedRequest,
  record: Recorded,
  { subject, urls, asked, remediation, notes }: Removal,
): Promise<Letter> {
  const { evidence } = record
  const facts = [startWords(checked, record), await holdWords(source, checked)].filter(
    (words) => words !== null,
  )
  const streams = evidence.streams.map((stream) => oneLine(stream).slice(0, 64))
  return rendered({
    to: null,
    urls,
    subject,
    sections: [
      { heading: null, blocks: [paragraph('Hello,'), paragraph(asked)] },
      ...senderSections(checked),
      ...(streams.length === 0 ? [] : [{ heading: 'Kind of mail', blocks: [paragraph(streams.join(', '))] }]),
      { heading: 'Cause and remediation', blocks: paragraphs(remediation) },
      {
        heading: 'SMTP errors',
        blocks: [...errorBlocks(evidence, checked.areShown), ...facts.map(paragraph)],
      },
      signature(checked),
    ],
    notes: [...evidenceNotes(checked, evidence), ...notes],
  })
}
