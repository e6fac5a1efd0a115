import { describe, expect, it } from 'vitest'
import type { RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'
import { traceOf, type Trace } from './trace.ts'
import { undoTrace } from './undo-trace.ts'

const rule = 'inactive-account'
const reply = { kind: rule, rule, at: 5000, messageId: 'm2' }
const suppression: Suppression = {
  recipient: 'anna@icloud.com',
  origin: 'reply',
  streams: ['*'],
  at: 5000,
  rule,
  rulesVersion: '1.0.0',
  reply: '',
  messageId: 'm2',
  note: null,
}
const first = { rule, count: 1, firstAt: 1000, lastAt: 1000, messageIds: ['m1'] }
const second = { rule, count: 2, firstAt: 1000, lastAt: 5000, messageIds: ['m1', 'm2'] }

describe('what a reply did', () => {
  it('leaves a trace if it was against the recipient', () => {
    const before: RecipientState = { softBounces: [first], deliveredAt: 1 }
    expect(traceOf(before, { ...before, softBounces: [second] }, reply)).toEqual({ ...reply, bounces: first })
    expect(traceOf({}, { softBounces: [second] }, reply)).toEqual({ ...reply, bounces: null })
    expect(traceOf(before, { ...before, suppressions: [suppression] }, reply)).toEqual(reply)
    expect(traceOf(before, { ...before, messages: [] }, reply)).toBeNull()
    expect(traceOf({}, doubted(5000), reply)).toEqual(reply)
    expect(traceOf(doubted(5000), {}, reply)).toBeNull()
  })

  it('is taken back, and nothing else', () => {
    const trace: Trace = { ...reply, bounces: first }
    const state = { softBounces: [second], suppressions: [suppression], deliveredAt: 1 }
    expect(undoTrace(state, trace)).toEqual({ state: { softBounces: [first], deliveredAt: 1 }, suppression })
    expect(undoTrace({ softBounces: [second] }, { ...reply, bounces: null })).toEqual({
      state: {},
      suppression: null,
    })
    expect(undoTrace(doubted(5000), reply).state).toEqual({})
  })

  it('stays if it is of another reply, or of another origin', () => {
    const others: RecipientState[] = [
      { suppressions: [{ ...suppression, at: 6000 }] },
      { suppressions: [{ ...suppression, rule: 'invalid-recipient' }] },
      { suppressions: [{ ...suppression, origin: 'unsubscribe', rule: null }] },
      { softBounces: [{ ...second, lastAt: 6000 }] },
      doubted(6000),
      { deliveredAt: 6000 },
    ]
    for (const state of others)
      expect(undoTrace(state, { ...reply, bounces: first })).toEqual({ state, suppression: null })
  })
})

function doubted(at: number): RecipientState {
  return { quarantine: { rule, at, until: at + 1, reply: '', messageId: 'm2' } }
}
