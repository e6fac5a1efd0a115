import { rules } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'

const actionOf = {
  retry: 'retry',
  'soft-bounce': 'soft-bounce',
  suppress: 'suppress',
  fail: 'fail',
  hold: 'hold',
} as const

const examples = rules.flatMap((rule) => rule.examples.map((example) => ({ rule, input: example.input })))

describe("every reply in the rules' table", () => {
  it.each(examples)('$rule.id: $input', async ({ rule, input }) => {
    const engine = createEngine({ ledger: 'memory:' })
    // The mailbox that the example itself names, so that a verdict on the recipient is one on this recipient.
    const recipient = /<?([\w.+-]+@[\w.-]+\.(?:com|org|example))>?/.exec(input)?.[1] ?? 'user@icloud.com'
    const outcome = { kind: 'reply', input, mx: 'mx01.mail.icloud.com' } as const
    const action = await engine.record({ recipient, sender: 'shop@example.com', messageId: 'm1', outcome })
    expect(action.verdict?.rule).toBe(rule.id)
    expect(action.type).toBe(actionOf[action.verdict?.disposition ?? 'fail'])
    const { suppressions } = await engine.address(recipient)
    expect(suppressions).toHaveLength(rule.fault === 'recipient' && action.type === 'suppress' ? 1 : 0)
  })

  it('is there', () => {
    expect(examples.length).toBeGreaterThan(0)
  })
})
