import { checkedRequest, textOf, type LetterSource } from './letter-request.ts'
import type { Letter } from './letter.ts'
import { recorded } from './recorded.ts'
import { removalLetter, type RemovalRequest } from './removal-letter.ts'

/**
 * A request to Proofpoint, which filters for Apple, to take IPs off its list. `urls` has the page for each IP. `rules` defaults to
 * `proofpoint-block`. Nothing is sent.
 *
 * @throws EngineError `EARGUMENT`, and what the ledger throws
 */
export async function proofpointLetter(source: LetterSource, request: RemovalRequest): Promise<Letter> {
  const call = 'proofpointLetter'
  const checked = checkedRequest(call, request, ['remediation'], ['proofpoint-block'])
  const remediation = textOf(call, 'remediation', request.remediation)
  const record = await recorded(source, checked)
  const ips = checked.ips.join(', ')
  const notes: string[] = []
  if (checked.ips.length > 1)
    notes.push('The form takes one IP: enter it once for each that it says is blocked.')
  if (!checked.areShown)
    notes.push("Proofpoint may ask for the recipient of a blocked mail: recipients: 'shown' names them.")
  return removalLetter(source, checked, record, {
    subject: `Request to unblock ${ips}`,
    // Not the one in the reply, which is remote text.
    urls: checked.ips.map((ip) => `https://ipcheck.proofpoint.com/?ip=${encodeURIComponent(ip)}`),
    asked: `iCloud Mail refuses our mail because you block ${ips}. Please look at it again and lift the block.`,
    remediation,
    notes,
  })
}
