import nodemailer from 'nodemailer'
import { describe, expect, it } from 'vitest'
import type { MessageLike } from './nodemailer-shapes.ts'
import { plainRecipients, plainSender } from './plain-addresses.ts'

/** What is found, and what Nodemailer itself says, for a mail that it compiled. */
async function both(
  mail: object,
): Promise<{ found: string[] | null; truth: string[]; from: string | null; trueFrom: string | false }> {
  let message: MessageLike | undefined
  const transporter = nodemailer.createTransport({
    name: 'Probe',
    version: '1',
    send(sent: { message: MessageLike }, callback: (error: null, info: object) => void) {
      message = sent.message
      callback(null, {})
    },
  } as never)
  await transporter.sendMail({ from: 'News <news@example.com>', text: 'Hello', ...mail })
  if (!message) throw new Error('Nothing was sent')
  const envelope = message.getEnvelope()
  return {
    found: plainRecipients(message),
    truth: envelope.to,
    from: plainSender(message),
    trueFrom: envelope.from,
  }
}

describe('plainRecipients', () => {
  it.each([
    { to: 'bob@example.com' },
    { to: ['bob@example.com', 'c.d+e_f-g@mail.example.org'] },
    { to: 'bob@example.com', cc: ['carl@example.org'], bcc: 'dora@example.net' },
    { to: 'bob@example.com', subject: 'To: eve@icloud.com' },
    { to: 'bob@example.com', headers: { to: 'Anna <anna@icloud.com>' } },
    {},
  ])('agrees with Nodemailer: case %#', async (mail) => {
    const { found, truth } = await both(mail)
    expect(found).toEqual(truth)
  })

  it.each([
    { to: 'Bob <bob@example.com>' },
    { to: 'bob@example.com, carl@example.com' },
    { to: 'Bob@Example.com' },
    { to: { name: 'Bob', address: 'bob@example.com' } },
    { to: ['bob@example.com', 'bob@example.com'] },
    { to: 'bob@bücher.example' },
    { to: 'team: anna@icloud.com, bob@example.com;' },
    { to: ' bob@example.com' },
    { to: 'bob@example.com', bcc: 'Anna <anna@icloud.com>' },
    { to: 'bob@example.com', envelope: { from: 'news@example.com', to: 'anna@icloud.com' } },
    { to: 'bob@example.com', headers: { cc: 'Anna <anna@icloud.com>' } },
    { to: Array.from({ length: 30 }, (_, index) => `bob${index}@example.com`) },
  ])('leaves the rest to Nodemailer: case %#', async (mail) => {
    expect((await both(mail)).found).toBeNull()
  })

  it('leaves a message of another make to it as well', () => {
    expect(plainRecipients({} as MessageLike)).toBeNull()
  })
})

describe('plainSender', () => {
  it.each(['news@example.com', 'News <news@example.com>', 'The News 24 <news-24@example.com>'])(
    'agrees with Nodemailer: %s',
    async (given) => {
      const { from, trueFrom } = await both({ from: given })
      expect(from).toBe(trueFrom)
    },
  )

  it.each([
    'News@Example.com',
    '"News" <news@example.com>',
    'news <a@example.com> <b@example.com>',
    'a@example.com, b@example.com',
    'News (the) <news@example.com>',
    'Nyheter för dig <news@example.com>',
    { name: 'News', address: 'news@example.com' },
    '',
  ])('leaves the rest to Nodemailer: %j', async (given) => {
    expect((await both({ from: given })).from).toBeNull()
  })
})
