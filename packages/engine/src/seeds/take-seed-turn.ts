import type { Parts } from '../engine-core.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Change } from '../ledger/ledger.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { requireAddress } from '../subject.ts'
import type { SeedTurn } from './seed.ts'
import { seedKey, type SeedState } from './seed-state.ts'

/** Bursts to mailboxes that nobody writes to else are answered by 421, and would be taken for trouble of the lane. */
const apartMs = 600_000
/** A turn that is further ahead than clocks differ was taken before the clock was set back. */
const clockSlackMs = 60_000

/** Answers {@link Engine.takeSeedTurn}. */
export async function takeSeedTurn(parts: Parts, given: string): Promise<SeedTurn> {
  const address = requireAddress(parts.mailboxOf, given, 'takeSeedTurn')
  const { ledger, clock, turns } = parts
  const keys = [recipientKey(address), seedKey(address)] as const
  return turns.run(address, () =>
    untilWritten(async (): Promise<SeedTurn | undefined> => {
      const [recipient, seed] = await ledger.read(keys)
      const now = clock()
      const state = seed?.value as SeedState | undefined
      if (state !== undefined && now < state.turnAt + apartMs && state.turnAt <= now + clockSlackMs)
        return { type: 'later', at: state.turnAt + apartMs }
      const changes: Change[] = [
        { key: keys[1], expected: seed?.version ?? 0, value: { ...state, turnAt: now } },
      ]
      const known = (recipient?.value ?? {}) as RecipientState
      if (known.seed !== true)
        changes.push({ key: keys[0], expected: recipient?.version ?? 0, value: { ...known, seed: true } })
      return (await ledger.write(changes)) ? { type: 'go', at: now } : undefined
    }),
  )
}
