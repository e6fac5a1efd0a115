import { hasArrived, isFinal, type Happening, type Outcome } from './happening.ts'
import type { Expectation } from './scenario.ts'

/** What became of one mail. `sendMail` is `null` as long as the shop has no answer. */
export type Seen = Omit<Expectation, 'sendMail'> & {
  sendMail: string | null
  /** The reply to each try. Remote text. */
  replies: readonly string[]
}

/** Reads what became of the mail to a recipient out of what happened in a round. */
export function seenOf(recipient: string, happenings: readonly Happening[]): Seen {
  const own = happenings.filter((happening) => happening.recipient === recipient)
  const firstTry = own.findIndex(({ kind }) => kind === 'outcome')
  const beforeTry = firstTry === -1 ? own : own.slice(0, firstTry)
  const tries = own.filter((happening) => happening.kind === 'outcome')
  const submitted = own.find((happening) => happening.kind === 'submitted')
  const notSubmitted = own.find((happening) => happening.kind === 'not-submitted')
  return {
    sendMail: notSubmitted?.code ?? (submitted ? 'accepted' : null),
    connections: (submitted ?? notSubmitted)?.connections ?? 0,
    outcomes: tries.map(({ outcome }) => outcome),
    waited: beforeTry.some((happening) => happening.kind === 'kept-back' && happening.why === 'held'),
    scopes: own.flatMap((happening) =>
      happening.kind === 'scope' ? [`${happening.scope} ${happening.change}`] : [],
    ),
    bounced: own.some(({ kind }) => kind === 'bounce'),
    replies: tries.map(({ reply }) => reply),
  }
}

/** What still has to happen for the mail to be done with, in words; `null` if it is. */
export function missingFrom(recipient: string, { sendMail, outcomes, bounced }: Seen): string | null {
  if (sendMail === null) return `${recipient}: sendMail has not come back`
  if (sendMail !== 'accepted') return null
  const last: Outcome | undefined = outcomes.at(-1)
  if (last === undefined) return `${recipient}: Haraka has not tried to deliver it`
  if (!isFinal(last)) return `${recipient}: not tried again after ${outcomes.join(', ')}`
  if (!hasArrived(last) && !bounced) return `${recipient}: given up, but the shop has got no bounce message`
  return null
}
