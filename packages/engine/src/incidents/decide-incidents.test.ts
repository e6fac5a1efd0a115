import { describe, expect, it } from 'vitest'
import { decideIncidents, type Findings } from './decide-incidents.ts'
import type { Jump, Seen } from './find-jumps.ts'
import type { IncidentState } from './incident.ts'
import { defaultIncidents } from './incident-policy.ts'
import { slot } from './ordinary-days.test.fixture.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
const start = Date.UTC(2026, 0, 1)

function seenAt(now: number): Seen {
  return { slots: [], usual: new Map(), closedAt: new Map(), now, dayMs }
}

function jump(kind: string, since: number): Jump {
  return { kind, since, refused: 5, attempts: 10, expected: 0.01, perDay: 0.5 }
}

const none: Findings = { jumps: [], storms: [], announcedAt: null }

function decide(
  state: IncidentState,
  findings: Partial<Findings>,
  now: number,
): ReturnType<typeof decideIncidents> {
  return decideIncidents(state, { ...none, ...findings }, seenAt(now), defaultIncidents)
}

describe('incidents', () => {
  it('open once, and are named by their time and rule', () => {
    const findings = { jumps: [jump('invalid-recipient', start)] }
    const first = decide({}, findings, start + minuteMs)
    expect(first.opened).toMatchObject([{ id: '2026-01-01T00:01:00-invalid-recipient', since: start }])
    const second = decide(first.state, findings, start + 2 * minuteMs)
    expect(second.opened).toEqual([])
    expect(second.state).toBe(first.state)
  })

  it('of one type are one', () => {
    const { state } = decide({}, { jumps: [jump('invalid-recipient', start)] }, start + minuteMs)
    const wider = decide(
      state,
      { announcedAt: start + minuteMs, jumps: [jump('inactive-account', start - minuteMs)] },
      start + 2 * minuteMs,
    )
    expect(wider.opened).toEqual([])
    expect(wider.widened).toHaveLength(1)
    expect(wider.state.open).toHaveLength(1)
    expect(wider.state.open?.[0]?.since).toBe(start - minuteMs)
    expect(wider.state.open?.[0]?.covers.map(({ kind }) => kind)).toEqual([
      'invalid-recipient',
      'inactive-account',
      'directory-outage',
    ])
    const storm = { ...jump('policy-hm08', start), perDay: undefined }
    expect(decide(wider.state, { storms: [storm] }, start + 3 * minuteMs).opened).toHaveLength(1)
  })

  it('open at once when Apple says so', () => {
    const { opened, state } = decide({}, { announcedAt: start }, start)
    expect(opened).toMatchObject([{ type: 'recipients', covers: [{ kind: 'directory-outage', share: 0.5 }] }])
    const later = decide(state, { announcedAt: start + minuteMs }, start + minuteMs)
    expect(later.opened).toEqual([])
    expect(later.state.open?.[0]?.covers[0]?.lastSeenAt).toBe(start + minuteMs)
  })

  it('end, and are remembered for as long as the usual numbers look back', () => {
    const { state } = decide({}, { jumps: [jump('invalid-recipient', start)] }, start)
    const ended = decide(state, {}, start + dayMs)
    expect(ended.ended).toMatchObject([{ endedBy: 'silent', endedAt: start + dayMs }])
    expect(ended.state).toEqual({
      closed: [
        {
          id: ended.ended[0]?.id,
          kind: 'invalid-recipient',
          since: start,
          at: start + dayMs,
          by: 'silent',
        },
      ],
    })
    expect(decide(ended.state, {}, start + 11 * dayMs).state).toEqual({})
  })

  it('neither last nor hide others for a clock that was set back', () => {
    const ahead = start + 365 * dayMs
    const { state } = decide({}, { jumps: [jump('invalid-recipient', ahead)] }, ahead)
    expect(decide(state, {}, start).ended).toMatchObject([{ endedBy: 'silent' }])
    const ended = decide(state, {}, ahead + dayMs)
    expect(decide(ended.state, { jumps: [jump('invalid-recipient', start)] }, start).opened).toHaveLength(1)
  })

  it('last while there are signs of it', () => {
    const { state } = decide({}, { jumps: [jump('invalid-recipient', start)] }, start)
    const now = start + dayMs
    const slots = [slot(now - 10 * minuteMs, 2, 2, { 'invalid-recipient': 1 })]
    const decision = decideIncidents(state, none, { ...seenAt(now), slots }, defaultIncidents)
    expect(decision.ended).toEqual([])
    expect(decision.state.open?.[0]?.covers[0]?.lastSeenAt).toBe(now - 10 * minuteMs)
  })

  it('that an operator ended do not open again within a day, unless recipients show more', () => {
    const closed = { id: 'one', since: start, at: start + minuteMs, by: 'hand' } as const
    const state: IncidentState = {
      closed: [
        { ...closed, kind: 'policy-hm08' },
        { ...closed, kind: 'directory-outage' },
        { ...closed, kind: 'invalid-recipient', usual: 0.5 },
      ],
    }
    const later = start + 60 * minuteMs
    const storms = [jump('policy-hm08', later)]
    expect(decide(state, { storms, announcedAt: later }, later).opened).toEqual([])
    expect(decide(state, { storms, announcedAt: later }, later + dayMs).opened).toHaveLength(2)
    expect(decide(state, { jumps: [jump('invalid-recipient', later)] }, later).opened).toHaveLength(1)
    expect(decide(state, { jumps: [jump('invalid-recipient', start)] }, later).opened).toEqual([])
  })
})
