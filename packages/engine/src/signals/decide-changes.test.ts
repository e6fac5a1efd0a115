import { describe, expect, it } from 'vitest'
import { decideChanges, type ChangesState } from './decide-changes.ts'
import type { Finding } from './find-changes.ts'
import { defaultSignals } from './signals-policy.ts'

const start = Date.UTC(2026, 0, 1)
const minute = 60_000

function finding(subject: string, of: Finding['of'] = 'deferral', percent = 20): Finding {
  return {
    of,
    subject,
    lanes: [subject.split('/')[0] ?? ''],
    numbers: { percent, usualPercent: 1, attempts: 500 },
  }
}

describe('alerts about changes', () => {
  it('are one per cause, until it is over', () => {
    let state: ChangesState = {}
    const see = (at: number, ...findings: Finding[]): ReturnType<typeof decideChanges> => {
      const decision = decideChanges(state, findings, start + at * minute, defaultSignals)
      state = decision.state
      return decision
    }
    expect(see(0, finding('a/marketing')).alerts).toMatchObject([
      { kind: 'rate-changed', subject: 'a/marketing', numbers: { percent: 20, usualPercent: 1, places: 1 } },
    ])
    const open = state
    expect(see(1, finding('a/marketing'))).toMatchObject({ alerts: [], over: [] })
    expect(state).toBe(open)
    // It spreads: the same cause.
    expect(see(5, finding('a/marketing'), finding('b/marketing')).alerts).toEqual([])
    // Another kind is another cause.
    expect(see(6, finding('a/marketing'), finding('a/marketing', 'bounce')).alerts).toHaveLength(1)
    // So is the same somewhere else two hours later.
    expect(see(120, finding('a/marketing'), finding('c/news'))).toMatchObject({
      alerts: [{ subject: 'c/news' }],
      over: [{ of: 'bounce' }],
    })
    expect(see(181, finding('c/news')).over).toMatchObject([{ of: 'deferral', since: start }])
    expect(see(250).over).toMatchObject([{ of: 'deferral' }])
    expect(state.open).toEqual([])
    expect(see(251, finding('a/marketing')).alerts).toHaveLength(1)
  })

  it('name what several have in common', () => {
    const subject = (...subjects: string[]): string | undefined =>
      decideChanges(
        {},
        subjects.map((one, index) => finding(one, 'policy', index + 3)),
        start,
        defaultSignals,
      ).alerts[0]?.subject
    expect(subject('a/marketing', 'a/news')).toBe('a')
    expect(subject('a/marketing', 'b/marketing')).toBe('marketing')
    expect(subject('a/marketing', 'b/news')).toBe('all')
    const { alerts, lanes } = decideChanges(
      {},
      [finding('a/x'), finding('b/x', 'deferral', 60)],
      start,
      defaultSignals,
    )
    expect(alerts).toMatchObject([{ numbers: { percent: 60, places: 2 } }])
    expect(alerts[0]?.message).toBe(
      'Apple defers 60 % of the attempts of b/x, and 1 more; usual are 1 %. See which rules it is in the rates.',
    )
    expect(lanes).toEqual(['a', 'b'])
  })
})
