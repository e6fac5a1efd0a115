import { expect, test } from 'vitest'
import { explain } from './explain.ts'

const mx = 'mx01.mail.icloud.com'

test('names what decided and what was shadowed', () => {
  const explanation = explain('554 5.7.1 [HM08] Message rejected due to local policy.', { mx })
  expect(explanation.rule?.id).toBe('policy-hm08')
  expect(explanation.matched).toEqual(['policy-hm08', 'local-policy'])
  expect(explanation.shadowed).toEqual([
    { rule: 'local-policy', why: 'The tag [HM08] decides before any words' },
  ])
  expect(explanation.origin).toBe('apple-host')
})

test('says whose reply it is not', () => {
  const explanation = explain('554 5.7.1 <anna@icloud.com>: Relay access denied', { mx: 'relay.example.com' })
  expect(explanation).toMatchObject({ rule: null, origin: 'other-host', matched: ['relay-access-denied'] })
  expect(explanation.shadowed[0]?.why).toContain('not known to be Apple')
})

test('notes where the reply changes the rule', () => {
  expect(explain('450 4.1.1 <anna@icloud.com>: user does not exist', { mx }).notes[0]).toContain(
    'nobody is suppressed',
  )
  expect(explain('550 5.1.1', { mx }).notes[0]).toContain('soft bounce')
  expect(explain('554 5.7.1 [XY1] new', { mx }).notes[0]).toContain('not known yet')
})
