import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { startHaraka } from './haraka.test.fixture.ts'
import { patient, setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    icloud: [
      '[testing_mx_records]',
      'brand.example=mx01.mail.icloud.com, mx02.mail.icloud.com',
      'decoy.example=mx01.mail.icloud.com.attacker.example',
      'broken.example=ESERVFAIL',
    ],
  })
})

afterAll(() => stage?.close())

/** Resolves when a provider that is not Apple got a message for the recipient. */
async function reachedElsewhere(recipient: string): Promise<void> {
  await stage.mailboxes.waitFor(({ messages }) =>
    messages.some(({ recipients }) => recipients.includes(recipient)),
  )
}

describe('destinations', () => {
  it('a custom domain whose MX is at Apple is treated as Apple', async () => {
    stage.apple.script('anna@brand.example', [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@brand.example'] })
    await stage.delivered('anna@brand.example')
    expect(stage.decisions('anna@brand.example')).toEqual([expect.stringContaining('rule=mailbox-full')])
  })

  it('a suppressed recipient on such a domain is taken out', async () => {
    await stage.suppress('gone@brand.example')
    await stage.haraka.send({ from: 'b@example.com', to: ['gone@brand.example'] })
    const [dsn] = await stage.dsns('b@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;gone@brand.example')
    expect(stage.tries('gone@brand.example')).toBe(0)
  })

  it('an MX that only looks like Apple is not', async () => {
    await stage.haraka.send({ from: 'c@example.com', to: ['anna@decoy.example'] })
    await reachedElsewhere('anna@decoy.example')
    expect(stage.tries('anna@decoy.example')).toBe(0)
  })

  it('a resolver that fails holds nothing back', async () => {
    await stage.haraka.send({ from: 'd@example.com', to: ['anna@broken.example'] })
    await reachedElsewhere('anna@broken.example')
    expect(stage.tries('anna@broken.example')).toBe(0)
  })

  it("not a byte of other providers' mail is changed", async () => {
    const raw = [
      'Message-ID: <bytes@example.com>',
      'Date: Mon, 02 Nov 2026 10:00:00 +0000',
      'subject:  two blanks,\tand a tab',
      'X-Odd: folded',
      '\t  more',
      'X-Odd: again',
      '',
      '..a dot',
      '8 bit: \u00e9  ',
      '',
      '',
    ].join('\r\n')
    await stage.haraka.send({ from: 'g@example.com', to: ['bytes@example.org'], raw })
    await reachedElsewhere('bytes@example.org')
    const got = stage.mailboxes.messages.find(({ recipients }) => recipients.includes('bytes@example.org'))
    expect(got?.raw.toString().endsWith(raw)).toBe(true)
    expect(got?.raw.toString().slice(0, -raw.length)).toMatch(/^(?:Received: [^]*?\r\n(?=\S|$))*$/)
  })

  it('what other providers say is left to Haraka', async () => {
    await stage.haraka.send({ from: 'e@example.com', to: ['invalid-recipient@example.org'] })
    const [dsn] = await stage.dsns('e@example.com')
    expect(dsn).toContain('Diagnostic-Code: smtp;550 5.1.1 ')
    expect(stage.decisions('invalid-recipient@example.org')).toEqual([])
    expect((await stage.remembered('invalid-recipient@example.org')).suppressions).toEqual([])
  })
})

it('a smart host that refuses a recipient at icloud.com is not taken for Apple', async () => {
  const relay = patient(await startSimulator())
  const haraka = await startHaraka({ mailboxes: `127.0.0.1:${relay.port}`, icloud: '[testing_mx_records]\n' })
  try {
    await haraka.send({ from: 'f@example.com', to: ['invalid-recipient@icloud.com'] })
    await relay.waitFor(({ messages }) =>
      messages.some(({ envelope }) => envelope.to.includes('f@example.com')),
    )
    // Suppressed, it would not get there a second time.
    await haraka.send({ from: 'f@example.com', to: ['invalid-recipient@icloud.com'] })
    await relay.waitFor(({ messages }) => messages.length === 2)
    const refusals = relay.attempts.filter(({ rule }) => rule === 'invalid-recipient')
    expect(refusals).toHaveLength(2)
    expect(haraka.log.filter((line) => /recipient=<.*> action=/.test(line))).toEqual([
      expect.stringContaining('action=pass'),
      expect.stringContaining('action=pass'),
    ])
  } finally {
    await haraka.stop()
    await relay.close()
  }
})
