import { describe, expect, it } from 'vitest'
import type { Address } from './haraka.ts'
import { mayTellSender, subjectOf } from './subject.ts'

const sender = { address: 'a@example.com', user: 'a' } as Address
const settings = { stream: null, lanes: new Map([['marketing', 'bulk']]) }

describe('subjectOf', () => {
  it('has defaults for what is not known', () => {
    expect(subjectOf({ mail_from: sender, notes: {} }, settings)).toEqual({
      sender: 'a@example.com',
      stream: 'transactional',
      lane: 'default',
    })
  })

  it('says everything that is noted, and looks the lane up by the stream', () => {
    const known = { from: 'example.org', submitter: 'shop', campaign: 'spring', deliverBy: 5 }
    const notes = { icloud: { ...known, stream: 'marketing', relaying: true } }
    expect(subjectOf({ mail_from: sender, notes }, settings)).toEqual({
      ...known,
      sender: 'a@example.com',
      stream: 'marketing',
      lane: 'bulk',
    })
  })
})

describe('mayTellSender', () => {
  const tell = (relaying: boolean | undefined, suppressionDsn = true, mail_from = sender): boolean =>
    mayTellSender(
      { mail_from, notes: relaying === undefined ? {} : { icloud: { relaying } } },
      { suppressionDsn },
    )

  it('only whom a client that may relay named', () => {
    expect(tell(true)).toBe(true)
    expect(tell(false)).toBe(false)
  })

  it('whom a plugin of this Haraka named', () => expect(tell(undefined)).toBe(true))

  it('nobody, if that is configured', () => expect(tell(true, false)).toBe(false))

  it('never the null sender', () => {
    expect(tell(true, true, { address: '', user: null } as Address)).toBe(false)
  })
})
