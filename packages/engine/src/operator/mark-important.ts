import { untilWritten } from '../ledger/conflict.ts'
import type { Parts } from '../engine-core.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { argument, requireAddress } from '../subject.ts'

/** Answers {@link Engine.markImportant}. */
export async function markImportant(parts: Parts, given: string, important: boolean): Promise<void> {
  const address = requireAddress(parts.mailboxOf, given, 'markImportant')
  if (typeof important !== 'boolean') throw argument('markImportant', 'important', 'true or false', important)
  const { ledger, turns, clock } = parts
  const key = recipientKey(address)
  await turns.run(address, () =>
    untilWritten(async () => {
      const [entry] = await ledger.read([key])
      const { important: before = false, ...rest } = (entry?.value ?? {}) as RecipientState
      if (before === important) return true
      const next: RecipientState = important ? { ...rest, important } : rest
      const value = Object.keys(next).length === 0 ? null : next
      const event = { at: clock(), type: 'mark-important', subject: address, data: { important } }
      return (await ledger.write([{ key, expected: entry?.version ?? 0, value }], [event])) ? true : undefined
    }),
  )
}
