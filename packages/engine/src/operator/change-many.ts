import type { Parts } from '../engine-core.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Entry, LedgerEvent } from '../ledger/ledger.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'

/** What is to become of one recipient. */
export interface Proposal<T> {
  state: RecipientState
  events: readonly LedgerEvent[]
  result: T
}

/** Decides on one recipient; `null` leaves it as it is. Pure, as it may be asked again. */
export type Propose<T> = (address: string, state: RecipientState) => Proposal<T> | null

interface Target {
  address: string
  /** As it was seen, `null` if it is not known; `undefined` if nobody has looked. */
  entry?: Entry | null
}

/**
 * Changes many recipients in one write. If somebody else changed one of them meanwhile, what was seen is forgotten: halves
 * of them are looked at and decided anew, down to single ones, so that one busy recipient does not keep the others.
 *
 * @returns the results of what was written
 */
export async function changeMany<T>(
  parts: Parts,
  targets: readonly Target[],
  propose: Propose<T>,
): Promise<T[]> {
  const seen = await look(parts, targets)
  const wanted = seen.flatMap(({ address, entry }) => {
    const proposal = propose(address, entry?.value ?? {})
    return proposal === null ? [] : [{ address, entry, proposal }]
  })
  if (wanted.length === 0) return []
  const changes = wanted.map(({ address, entry, proposal: { state } }) => ({
    key: recipientKey(address),
    expected: entry?.version ?? 0,
    value: Object.keys(state).length === 0 ? null : state,
  }))
  const events = wanted.flatMap(({ proposal }) => proposal.events)
  if (await parts.ledger.write(changes, events)) return wanted.map(({ proposal }) => proposal.result)

  const again = wanted.map(({ address }) => ({ address }))
  const [only] = again
  if (again.length === 1 && only) return changeOne(parts, only.address, propose)
  const middle = again.length >> 1
  const first = await changeMany(parts, again.slice(0, middle), propose)
  return [...first, ...(await changeMany(parts, again.slice(middle), propose))]
}

async function look(
  parts: Parts,
  targets: readonly Target[],
): Promise<{ address: string; entry: Entry | null }[]> {
  const unseen = targets.filter(({ entry }) => entry === undefined)
  const read =
    unseen.length === 0 ? [] : await parts.ledger.read(unseen.map((one) => recipientKey(one.address)))
  const found = new Map(unseen.map(({ address }, index) => [address, read[index] ?? null]))
  return targets.map(({ address, entry }) => ({ address, entry: entry ?? found.get(address) ?? null }))
}

/** Changes one recipient, however often others write meanwhile. */
export function changeOne<T>(parts: Parts, address: string, propose: Propose<T>): Promise<T[]> {
  const key = recipientKey(address)
  return parts.turns.run(address, () =>
    untilWritten(async () => {
      const [entry] = await parts.ledger.read([key])
      const proposal = propose(address, entry?.value ?? {})
      if (proposal === null) return []
      const { state, events, result } = proposal
      const value = Object.keys(state).length === 0 ? null : state
      const change = { key, expected: entry?.version ?? 0, value }
      return (await parts.ledger.write([change], events)) ? [result] : undefined
    }),
  )
}
