import { expect, it } from 'vitest'
import { decisionLine } from './decision-line.ts'

const suppressed = {
  message: 'M1',
  recipient: 'anna@icloud.com',
  stream: 'marketing',
  action: 'suppressed',
  rule: 'invalid-recipient',
  reason: 'suppressed: invalid-recipient',
}

it('names whose fault it was where the rule is that of an earlier reply, and since when', () => {
  expect(decisionLine({ ...suppressed, since: Date.UTC(2026, 10, 24) })).toBe(
    'message=M1 recipient=<anna@icloud.com> rule=invalid-recipient fault=recipient action=suppressed ' +
      'since=2026-11-24T00:00:00.000Z reason="suppressed: invalid-recipient" stream=marketing',
  )
})

it('names nobody where no rule led to it', () => {
  expect(decisionLine({ ...suppressed, rule: null, reason: 'suppressed: unsubscribe' })).toBe(
    'message=M1 recipient=<anna@icloud.com> action=suppressed reason="suppressed: unsubscribe" stream=marketing',
  )
})

it('is one line whatever the reply is', () => {
  const line = decisionLine({ ...suppressed, reply: '550-5.1.1 a\r\n550 "b"\n\u001b[31m\u2028c' })
  expect(line).not.toMatch(/[\r\n\u001b\u2028]/)
  expect(line).toContain(String.raw`reply="550-5.1.1 a 550 'b'`)
})
