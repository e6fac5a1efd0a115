import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulator, type Message, type Simulator } from '@icloud-delivery/mx-simulator'
import { startHaraka, type Haraka } from './haraka.test.kit.ts'

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
let apple: Simulator
let mailboxes: Simulator
let haraka: Haraka

beforeAll(async () => {
  // At most twice, then Apple accepts.
  const script = Object.fromEntries(
    names.map((rule) => [rule, [{ rule, times: 2 }, { accept: true as const }]]),
  )
  apple = await startSimulator({ hosts: [{}, {}], script })
  mailboxes = await startSimulator()
  haraka = await startHaraka({
    mailboxes: `127.0.0.1:${mailboxes.port}`,
    icloud: [
      '[main]',
      'ledger=memory:',
      `streams=${names.join(',')}`,
      '[lanes]',
      ...names.map((name) => `${name}=${name}`),
      '[policy]',
      'time_scale=0.00001',
      '[testing]',
      `mx=${apple.hosts.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    ].join('\n'),
  })
})

afterAll(async () => {
  await haraka?.stop()
  await Promise.all([apple?.close(), mailboxes?.close()])
})

function dsnFor(sender: string, nth = 0): Promise<string> {
  const find = ({ messages }: Simulator): Message | undefined =>
    messages.filter(({ envelope }) => envelope.to.includes(sender))[nth]
  return mailboxes.waitFor((simulator) => find(simulator)?.raw.toString(), {
    timeoutMs: 10_000,
  }) as Promise<string>
}

function attemptsFor(recipient: string): number {
  return apple.attempts.filter((attempt) => attempt.phase === 'rcpt' && attempt.recipient === recipient)
    .length
}

describe('the twelve replies', () => {
  it.concurrent.each(replies)('$rule: $end', async ({ rule, end, ...expected }) => {
    const recipient = `${rule}@icloud.com`
    const sender = `${rule}-sender@example.com`
    const mail = { from: sender, to: [recipient], headers: { 'X-Stream': rule } }
    await haraka.send(mail)

    if (end === 'bounced') {
      const dsn = await dsnFor(sender)
      expect(dsn).toContain(`Final-Recipient: rfc822;${recipient}`)
      expect(dsn).toContain('Action: failed')
      expect(dsn).toContain(`Status: ${'status' in expected ? expected.status : ''}`)
      expect(dsn).toMatch(/^Diagnostic-Code: smtp;55[04] 5\.\d\.\d /m)
      expect(apple.messages.some(({ recipients }) => recipients.includes(recipient))).toBe(false)

      await haraka.send(mail)
      const again = await dsnFor(sender, 1)
      if ('suppressed' in expected) {
        expect(again).toContain(`suppressed locally (${rule}, `)
        expect(attemptsFor(recipient)).toBe(1)
      } else {
        expect(again).not.toContain('suppressed locally')
        expect(attemptsFor(recipient)).toBe(2)
        // Nothing is held against the recipient: the third message arrives.
        await haraka.send(mail)
        await apple.waitFor(
          ({ messages }) => messages.some(({ recipients }) => recipients.includes(recipient)),
          { timeoutMs: 10_000 },
        )
      }
      return
    }

    const decision = end === 'parked' ? 'hold' : 'retry'
    await haraka.logged(new RegExp(`<${recipient}> rule=${rule} fault=\\S+ action=${decision} next=\\d`))
    const arrived = await apple.waitFor(
      ({ messages }) => messages.find(({ recipients }) => recipients.includes(recipient)),
      { timeoutMs: 10_000 },
    )
    expect(arrived?.envelope).toEqual({ from: sender, to: [recipient] })
    expect(attemptsFor(recipient)).toBe(3)
    expect(mailboxes.messages.some(({ envelope }) => envelope.to.includes(sender))).toBe(false)
  })

  it('leaves the stream header out of what Apple gets', () => {
    expect(apple.messages.length).toBeGreaterThan(0)
    for (const { raw } of apple.messages) expect(raw.toString()).not.toMatch(/^X-Stream:/im)
  })
})
