import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../policy/policy.ts'
import { isEngaged, lastSignOfLife, type EngagementState } from './engagement-state.ts'

const now = Date.UTC(2026, 0, 1)
const ago = (days: number): number => now - days * 86_400_000
const engaged = (state?: EngagementState | null): boolean => isEngaged(state, now, defaultPolicy)

describe('an engaged reader', () => {
  it('clicked, answered or consented in the last 90 days', () => {
    expect(engaged({ clickedAt: ago(90) })).toBe(true)
    expect(engaged({ repliedAt: ago(1) })).toBe(true)
    expect(
      engaged({
        consents: [
          { at: ago(200), how: 'form' },
          { at: ago(3), how: 'form' },
        ],
      }),
    ).toBe(true)
    expect(engaged({ clickedAt: ago(91) })).toBe(false)
  })

  it('is none of whom only opens are known, or nothing', () => {
    expect(engaged({ openedAt: ago(1) })).toBe(false)
    expect(engaged({})).toBe(false)
    expect(engaged(null)).toBe(false)
    expect(engaged()).toBe(false)
    expect(lastSignOfLife({ openedAt: ago(1) })).toBeNull()
  })

  it('is none who left since, and one again who came back', () => {
    expect(engaged({ clickedAt: ago(2), unsubscribedAt: ago(1) })).toBe(false)
    expect(engaged({ clickedAt: ago(2), complainedAt: ago(1) })).toBe(false)
    expect(engaged({ consents: [{ at: ago(1), how: 'form' }], unsubscribedAt: ago(2) })).toBe(true)
  })
})
