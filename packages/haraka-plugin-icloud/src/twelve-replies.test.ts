import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setStage, type Stage } from './stage.test.fixture.ts'

const replies = [
  { rule: 'rate-limited', end: 'delivered' },
  { rule: 'invalid-recipient', end: 'bounced', status: '5.1.1', suppressed: true },
  { rule: 'inactive-account', end: 'bounced', status: '5.1.1' },
  { rule: 'mailbox-full', end: 'delivered' },
  { rule: 'authentication-failure', end: 'bounced', status: '5.7.1' },
  { rule: 'dmarc-failure', end: 'bounced', status: '5.7.1' },
  { rule: 'proofpoint-block', end: 'parked' },
  { rule: 'policy-cs01', end: 'bounced', status: '5.7.1' },
  { rule: 'policy-cs02', end: 'bounced', status: '5.7.1' },
  { rule: 'policy-cs03', end: 'bounced', status: '5.7.1' },
  { rule: 'policy-hm08', end: 'bounced', status: '5.7.1' },
  { rule: 'spamhaus-block', end: 'parked' },
] as const

// Each reply has a stream and a lane of its own, so that a hold that one opens does not stop another.
const names = replies.map(({ rule }) => rule)
let stage: Stage

beforeAll(async () => {
  // At most twice, then Apple accepts.
  const script = Object.fromEntries(
    names.map((rule) => [rule, [{ rule, times: 2 }, { accept: true as const }]]),
  )
  stage = await setStage({
    apple: { script },
    haraka: { config: { 'icloud_policy.json': JSON.stringify({ maxAgeSeconds: { '*': 86_400 } }) } },
    icloud: ['[main]', `streams=${names.join(',')}`, '[lanes]', ...names.map((name) => `${name}=${name}`)],
  })
})

afterAll(() => stage?.close())

describe('the twelve replies', () => {
  it.concurrent.each(replies)('$rule: $end', async ({ rule, end, ...expected }) => {
    const recipient = `${rule}@icloud.com`
    const sender = `${rule}-sender@example.com`
    const mail = { from: sender, to: [recipient], headers: { 'X-Stream': rule } }
    await stage.haraka.send(mail)

    if (end === 'bounced') {
      const [dsn] = await stage.dsns(sender)
      expect(dsn).toContain(`Final-Recipient: rfc822;${recipient}`)
      expect(dsn).toContain('Action: failed')
      expect(dsn).toContain(`Status: ${'status' in expected ? expected.status : ''}`)
      expect(dsn).toMatch(/^Diagnostic-Code: smtp;55[04] 5\.\d\.\d /m)
      expect(stage.apple.messages.some(({ recipients }) => recipients.includes(recipient))).toBe(false)

      await stage.haraka.send(mail)
      const [, again] = await stage.dsns(sender, 2)
      if ('suppressed' in expected) {
        expect(again).toContain(`suppressed locally (${rule}, `)
        expect(stage.tries(recipient)).toBe(1)
      } else {
        expect(again).not.toContain('suppressed locally')
        expect(stage.tries(recipient)).toBe(2)
        // Nothing is held against the recipient: the third message arrives.
        await stage.haraka.send(mail)
        await stage.apple.waitFor(({ messages }) =>
          messages.some(({ recipients }) => recipients.includes(recipient)),
        )
      }
      return
    }

    const decision = end === 'parked' ? 'hold' : 'retry'
    await stage.haraka.logged(
      new RegExp(`<${recipient}> rule=${rule} fault=\\S+ action=${decision} next=\\d`),
    )
    const arrived = await stage.apple.waitFor(({ messages }) =>
      messages.find(({ recipients }) => recipients.includes(recipient)),
    )
    expect(arrived?.envelope).toEqual({ from: sender, to: [recipient] })
    expect(stage.tries(recipient)).toBe(3)
    expect(stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes(sender))).toBe(false)
  })

  it('leaves the stream header out of what Apple gets', async () => {
    const headers = { 'X-Stream': 'mailbox-full' }
    await stage.haraka.send({ from: 'a@example.com', to: ['header@icloud.com'], headers })
    await stage.delivered('header@icloud.com')
    for (const { raw } of stage.apple.messages) expect(raw.toString()).not.toMatch(/^X-Stream:/im)
  })
})
