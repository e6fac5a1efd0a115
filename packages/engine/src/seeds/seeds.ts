import type { Parts } from '../engine-core.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { requireAddress } from '../subject.ts'
import type { Seed } from './seed.ts'
import { seedKey, seedPrefix, type SeedState } from './seed-state.ts'

/** Answers {@link Engine.seeds}. */
export async function allSeeds({ ledger }: Pick<Parts, 'ledger'>): Promise<Seed[]> {
  const all: Seed[] = []
  for await (const { key, value } of ledger.list(seedPrefix)) {
    const { turnAt, results = [] } = value as SeedState
    all.push({ address: key.slice(seedPrefix.length), turnAt, results })
  }
  return all
}

/** Answers {@link Engine.forgetSeed}. */
export async function forgetSeed(parts: Parts, given: string): Promise<boolean> {
  const address = requireAddress(parts.mailboxOf, given, 'forgetSeed')
  const { ledger, turns } = parts
  const keys = [recipientKey(address), seedKey(address)] as const
  return turns.run(address, () =>
    untilWritten(async () => {
      const [recipient, entry] = await ledger.read(keys)
      const { seed, ...rest } = (recipient?.value ?? {}) as RecipientState
      if (seed !== true && entry == null) return false
      const value = Object.keys(rest).length === 0 ? null : rest
      const written = await ledger.write([
        { key: keys[0], expected: recipient?.version ?? 0, value },
        { key: keys[1], expected: entry?.version ?? 0, value: null },
      ])
      return written ? true : undefined
    }),
  )
}
