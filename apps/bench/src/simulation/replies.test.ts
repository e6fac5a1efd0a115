import { rules, classify } from '@icloud-delivery/rules'
import { expect, it } from 'vitest'
import { replyOf } from './replies.ts'
import type { Letter } from './sender.ts'

const letter: Letter = {
  who: 7,
  recipient: 'reader7@icloud.com',
  sender: 'bounces@shop.example.com',
  stream: 'marketing',
  lane: '192.0.2.11',
  messageId: '<7.0@shop.example.com>',
  campaign: 'shop',
  acceptedAt: 0,
  due: 0,
  isUnderWay: false,
}

it.each(rules.map(({ id }) => id))(
  'says %s about the letter at hand, so that it is understood as such',
  (rule) => {
    for (const lot of [0, 0.2, 0.4, 0.6, 0.8, 0.99]) {
      const outcome = replyOf(rule, letter, lot)
      if (outcome.kind !== 'reply') throw new Error('no reply')
      const { recipient, sender } = letter
      const verdict = classify(outcome.input, { recipient, sender, mx: outcome.mx, phase: outcome.phase })
      expect(verdict.rule).toBe(rule)
      if (verdict.fault === 'recipient') {
        expect(verdict.evidence.address ?? recipient).toBe(recipient)
      }
    }
  },
)

it('puts the names of this letter where the examples have theirs', () => {
  const inputs = [
    'sender-domain-not-found',
    'proofpoint-block',
    'dmarc-failure',
    'private-relay-unregistered-sender',
  ]
    .map((rule) => replyOf(rule, letter, rule === 'dmarc-failure' ? 0.5 : 0))
    .map((outcome) => (outcome.kind === 'reply' ? outcome.input : null))
  expect(inputs).toEqual([
    '450 4.1.8 <bounces@shop.example.com>: Sender address rejected: Domain not found',
    '550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.11',
    expect.stringContaining('due to shop.example.com’s DMARC policy'),
    expect.stringContaining('@shop.example.com>: unauthorized sender'),
  ])
})
