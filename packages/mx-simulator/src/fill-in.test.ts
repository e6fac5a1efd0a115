import { rules, type Rule } from '@icloud-delivery/rules'
import { expect, test } from 'vitest'
import { fillIn } from './fill-in.ts'

const parties = {
  recipient: 'anna@icloud.com',
  sender: 'news@shop.example',
  helo: 'mta.shop.example',
  fromDomain: 'brand.example',
}

function rule(id: string): Rule {
  const found = rules.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no rule ${id}`)
  return found
}

test.each([
  [
    'mailbox-full',
    '552 5.2.2 <user@icloud.com>: user is over quota',
    '552 5.2.2 <anna@icloud.com>: user is over quota',
  ],
  [
    'rate-limited',
    '421 4.7.1 Messages to user@icloud.com deferred',
    '421 4.7.1 Messages to anna@icloud.com deferred',
  ],
  ['invalid-recipient', '550 5.1.6 gone system:user@icloud.com', '550 5.1.6 gone system:anna@icloud.com'],
  [
    'sender-domain-not-found',
    '450 4.1.8 <bounces@em.example.com>: Sender address rejected',
    '450 4.1.8 <news@shop.example>: Sender address rejected',
  ],
  [
    'private-relay-unregistered-sender',
    '550 5.1.1 <bounce+b5.2-user=privaterelay.appleid.com@mail.example.com>: unauthorized sender',
    '550 5.1.1 <news@shop.example>: unauthorized sender',
  ],
  [
    'dmarc-failure',
    "554 5.7.1 Your message was rejected due to example.org's DMARC policy.",
    "554 5.7.1 Your message was rejected due to brand.example's DMARC policy.",
  ],
  ['dmarc-failure', '550 due to example.com DMARC policy.', '550 due to brand.example DMARC policy.'],
  [
    'helo-not-found',
    '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
    '450 4.7.1 <mta.shop.example>: Helo command rejected: Host not found',
  ],
  [
    'spamhaus-block',
    '550 5.7.1 Mail from IP 192.0.2.10 was rejected',
    '550 5.7.1 Mail from IP 192.0.2.10 was rejected',
  ],
])('%s: %s', (id, example, said) => {
  expect(fillIn(example, rule(id), parties)).toBe(said)
})

test('leaves the placeholder of a party that is not known', () => {
  const nobody = { recipient: null, sender: '', helo: null, fromDomain: null }
  expect(fillIn('552 <user@icloud.com>: full', rule('mailbox-full'), nobody)).toBe(
    '552 <user@icloud.com>: full',
  )
})

test('takes an address literally', () => {
  const odd = { ...parties, recipient: '$&$1@icloud.com' }
  expect(fillIn('552 <user@icloud.com>: full', rule('mailbox-full'), odd)).toBe('552 <$&$1@icloud.com>: full')
})
