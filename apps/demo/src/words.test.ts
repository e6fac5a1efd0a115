import { describe, expect, it } from 'vitest'
import { outcomeWords, scopeWords, seenWords } from './words.ts'

const hourMs = 400
const recipient = 'anna@icloud.com'
const seen = {
  sendMail: 'accepted',
  connections: 1,
  outcomes: [],
  waited: false,
  scopes: [],
  bounced: false,
  replies: [],
}

describe('a mail that is given up', () => {
  it.each([
    ['rate-limited', /^too old for the queue/],
    ['proofpoint-block', /^too old for the queue/],
    ['policy-hm08', /^given up, the address stays$/],
  ])('for %s is said to match %s', (rule, words) => {
    expect(
      outcomeWords(
        { kind: 'outcome', at: 0, recipient, outcome: 'fail', rule, reply: '', retryAt: null },
        hourMs,
      ),
    ).toMatch(words)
  })
})

it.each([
  ['invalid-recipient', 'given up; the address is in doubt, and stays'],
  ['inactive-account', 'given up, and counted: only weeks of it would suppress the address'],
])('what is counted for %s is called that', (rule, words) => {
  expect(
    outcomeWords(
      { kind: 'outcome', at: 0, recipient, outcome: 'soft-bounce', rule, reply: '', retryAt: null },
      hourMs,
    ),
  ).toBe(words)
})

it.each([
  ['sending-ip', 'ip-sale', 'The lane "ip-sale" (a sending IP)'],
  ['stream', 'ip-sale/sale', 'The stream "sale"'],
  ['sending-domain', 'example.com', 'The sending domain "example.com"'],
  ['sending-domain', 'example.com/sale/ip-a', 'The sending domain "example.com" in the stream "sale"'],
  ['campaign', 'spring', 'The campaign "spring"'],
  ['campaign', '<1@example.com>', 'The rest of that message'],
  ['private-relay', 'example.com', 'Apple\'s private relay, for the sending domain "example.com",'],
])('a closed %s %s is called %s', (scope, id, name) => {
  const words = scopeWords({ kind: 'scope', at: 0, scope, id, change: 'held', byHand: false, recipient })
  expect(words).toBe(`${name} is closed: its mail waits, other mail goes on`)
})

it('says when a mail is tried again in the demo’s time', () => {
  const retry = {
    kind: 'outcome',
    at: 0,
    recipient,
    outcome: 'retry',
    rule: 'mailbox-full',
    reply: '',
  } as const
  expect(outcomeWords({ ...retry, retryAt: 1600 }, 400)).toBe('kept in the queue, tried again in 4 h')
})

it.each([
  [false, 'Apple accepted the probe'],
  [true, 'released by hand'],
])('says who opened a lane: by hand %s', (byHand, words) => {
  const lane = { kind: 'scope', at: 0, scope: 'sending-ip', id: 'ip-sale', change: 'released' } as const
  expect(scopeWords({ ...lane, byHand, recipient: null })).toBe(
    `The lane "ip-sale" (a sending IP) is open again: ${words}`,
  )
})

it('tells what a mail closed, and that another waited for it', () => {
  expect(seenWords({ ...seen, outcomes: ['fail'], scopes: ['stream held'] })).toBe(
    'given up, address kept, stream held',
  )
  expect(
    seenWords({ ...seen, waited: true, outcomes: ['delivered'], scopes: ['sending-domain released'] }),
  ).toBe('waited, then was the probe, delivered, domain released')
  expect(
    seenWords({
      ...seen,
      outcomes: ['hold', 'delivered'],
      scopes: ['sending-ip held', 'sending-ip released'],
    }),
  ).toBe('lane held, probe accepted, delivered')
})
