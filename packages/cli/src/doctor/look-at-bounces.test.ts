import { expect, test } from 'vitest'
import { patterns } from './look-at-bounces.ts'

test('weighs replies by whose fault they are, and by their share', () => {
  const counts = {
    'policy-hm08': 20,
    'dmarc-failure': 5,
    'policy-cs01': 1,
    'invalid-recipient': 30,
    'mailbox-full': 10,
    'rate-limited': 50,
    'no-reply': 2,
  }
  const found = patterns({ rules: counts, attempts: 1000 }).map(({ code, severity }) => [code, severity])
  expect(found).toEqual([
    ['rate-limited', 'note'],
    ['invalid-recipient', 'warning'],
    ['policy-hm08', 'error'],
    ['dmarc-failure', 'warning'],
    ['policy-cs01', 'note'],
  ])
})
