import type { Action } from './action.ts'

/** One message on its way in, from MAIL to the final dot. */
export interface Transaction {
  sender: string
  /** What the connection or the sender has in store for this message. */
  actions: Action[]
  /** The accepted recipients, and what each has in store for DATA or the final dot. */
  recipients: { address: string; action: Action | null }[]
}

/**
 * What answers DATA or the final dot. There is one answer for all recipients, so the first that is refused decides for
 * the others too.
 */
export function dueAction(transaction: Transaction, phase: 'data' | 'eod'): Action | null {
  const stored = [...transaction.actions, ...transaction.recipients.map(({ action }) => action)]
  const due = stored.filter((action) => action?.phase === phase)
  return due.find((action) => !action?.success || action.drop) ?? due[0] ?? null
}

/** Known only if the message has exactly one. */
export function onlyRecipient({ recipients }: Transaction): string | null {
  return recipients.length === 1 ? (recipients[0]?.address ?? null) : null
}
