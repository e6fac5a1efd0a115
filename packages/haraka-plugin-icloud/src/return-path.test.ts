import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matchReturnPath, verifyReturnPath } from '@icloud-delivery/engine'
import { forwarder, smartHost } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

const keys = [
  { id: 'k2', secret: 'the-key-in-use-0123456789-abcdefghi' },
  { id: 'k1', secret: 'the-key-before-0123456789-abcdefghi' },
]
const where = { domain: 'bounces.example.com', prefix: 'b-', keys }
const file = `# in use first\n${keys.map(({ id, secret }) => `${id} ${secret}`).join('\n')}\n`

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: {
      ownPlugins: { smartHost, forwarder },
      config: { icloud_return_path_keys: file },
    },
    icloud: [
      '[return_path]',
      'domain=bounces.example.com',
      'prefix=b-',
      'accept=true',
      '[testing_mx_records]',
      'brand.example=mx01.mail.icloud.com',
    ],
  })
})

afterAll(() => stage?.close())

/** The senders that Apple, or a mailbox, saw for the recipient. */
function sendersOf(recipient: string, { messages } = stage.apple): string[] {
  return messages
    .filter(({ envelope }) => envelope.to.includes(recipient))
    .map(({ envelope }) => envelope.from)
}

describe('[return_path]', () => {
  it('gives each recipient at Apple a return path of its own, and a transaction of its own', async () => {
    const to = ['anna@icloud.com', 'bert@icloud.com', 'carl@me.com', 'reader@example.org']
    await stage.haraka.send({
      from: 'shop@example.com',
      to,
      headers: { 'Message-ID': '<sale-7@example.com>' },
    })
    for (const recipient of to.slice(0, 3)) {
      await stage.delivered(recipient)
      const [sender = '', ...more] = sendersOf(recipient)
      expect(more).toEqual([])
      const signed = verifyReturnPath(sender, where)
      expect(signed).toMatchObject({ valid: true, keyId: 'k2' })
      const named = { recipients: to, messageIds: ['<other@example.com>', '<sale-7@example.com>'] }
      expect(signed.valid && matchReturnPath(signed, named, keys)).toEqual({
        recipient,
        messageId: '<sale-7@example.com>',
      })
    }
    for (const { recipients } of stage.apple.messages) expect(recipients).toHaveLength(1)
    await stage.mailboxes.waitFor(() => sendersOf('reader@example.org', stage.mailboxes).length > 0)
    expect(sendersOf('reader@example.org', stage.mailboxes)).toEqual(['shop@example.com'])
  })

  it('for the id in the Received field where a message comes without a Message-ID', async () => {
    const raw = 'Subject: Hello\r\n\r\nHow are you?\r\n'
    await stage.haraka.send({ from: 'shop@example.com', to: ['nameless@icloud.com'], raw })
    await stage.delivered('nameless@icloud.com')
    const message = stage.apple.messages.find(({ recipients }) => recipients.includes('nameless@icloud.com'))
    const messageId = /^\s*(?:with \S+ )?.*\bid ([\w.-]+)/m.exec(message?.raw.toString() ?? '')?.[1]
    const signed = verifyReturnPath(message?.envelope.from ?? '', where)
    const named = { recipients: ['nameless@icloud.com'], messageIds: [messageId ?? ''] }
    expect(signed.valid && matchReturnPath(signed, named, keys)).toMatchObject({ messageId })
  })

  it('at a domain of which nothing was known when the mail came in, too', async () => {
    const to = ['one@brand.example', 'two@brand.example']
    await stage.haraka.send({ from: 'shop@example.com', to })
    for (const recipient of to) {
      await stage.delivered(recipient)
      const [sender = '', ...more] = sendersOf(recipient)
      expect(more).toEqual([])
      const signed = verifyReturnPath(sender, where)
      const named = { recipients: to, messageIds: [] }
      expect(signed.valid && matchReturnPath(signed, named, keys)).toMatchObject({ recipient })
    }
  })

  it('a smart host gets it too: behind it bounces come back', async () => {
    await stage.haraka.send({ from: 'smart@example.com', to: ['far@icloud.com'] })
    await stage.mailboxes.waitFor(() => sendersOf('far@icloud.com', stage.mailboxes).length > 0)
    expect(verifyReturnPath(sendersOf('far@icloud.com', stage.mailboxes)[0] ?? '', where).valid).toBe(true)
  })

  it('leaves alone the null sender, and mail of clients that may not relay', async () => {
    await stage.haraka.send({ from: '', to: ['notice@icloud.com'] })
    await stage.haraka.send({ from: 'stranger@example.org', to: ['alias@icloud.com'] })
    await stage.delivered('notice@icloud.com')
    await stage.delivered('alias@icloud.com')
    expect(sendersOf('notice@icloud.com')).toEqual([''])
    expect(sendersOf('alias@icloud.com')).toEqual(['stranger@example.org'])
  })

  it('bounces of ours go to the sender of the message', async () => {
    stage.apple.script('gone@icloud.com', [{ rule: 'invalid-recipient' }])
    const mail = { from: 'sender@example.com', to: ['gone@icloud.com'] }
    await stage.haraka.send(mail)
    const [refused] = await stage.dsns('sender@example.com')
    expect(refused).toContain('Status: 5.1.1')
    await stage.haraka.send(mail)
    const [, suppressed] = await stage.dsns('sender@example.com', 2)
    expect(suppressed).toContain('suppressed locally (invalid-recipient, ')
    expect(stage.tries('gone@icloud.com')).toBe(1)
  })

  it('the engine hears of the sender that Apple saw', async () => {
    stage.apple.script('unknown-domain@icloud.com', [{ rule: 'sender-domain-not-found' }, { accept: true }])
    await stage.haraka.send({ from: 'shop@example.com', to: ['unknown-domain@icloud.com'] })
    await stage.delivered('unknown-domain@icloud.com')
    expect(await stage.eventData('unknown-domain@icloud.com')).toContainEqual(
      expect.objectContaining({
        rule: 'sender-domain-not-found',
        heard: expect.objectContaining({ namesSender: true }),
      }),
    )
  })

  it('takes bounces that come back to one, and refuses those that only look like one', async () => {
    await stage.haraka.send({ from: 'shop@example.com', to: ['bounces@icloud.com'] })
    await stage.delivered('bounces@icloud.com')
    const [returnPath = ''] = sendersOf('bounces@icloud.com')
    const bounce = { from: '', subject: 'Undelivered' }
    const offer = (to: string): Promise<string> => stage.haraka.send({ ...bounce, to: [to] })
    expect(await offer(returnPath)).toMatch(/^250/)
    const forged = returnPath.replace(/.@/, (last) => (last.startsWith('a') ? 'b@' : 'a@'))
    await expect(offer(forged)).rejects.toMatchObject({
      response: expect.stringMatching(
        /^550 5\.1\.1 <b-[a-z2-7]+@bounces\.example\.com>: no return path of ours \(forged\)/,
      ),
    })
  })
})

it('without a key that can be used: one line that names the file and no secret, and mail goes with its own sender', async () => {
  const other = await setStage({
    haraka: { nodes: 1, config: { icloud_return_path_keys: 'k1 too-short\n' } },
    icloud: ['[return_path]', 'domain=bounces.example.com'],
  })
  try {
    await other.haraka.send({ from: 'shop@example.com', to: ['anna@icloud.com'] })
    await other.delivered('anna@icloud.com')
    expect(other.apple.messages.map(({ envelope }) => envelope.from)).toEqual(['shop@example.com'])
    const said = other.haraka.log.filter((line) => line.includes('icloud_return_path_keys'))
    expect(said).toEqual([
      expect.stringContaining('[ERROR] [-] [icloud] config/icloud_return_path_keys: expected'),
    ])
    expect(other.haraka.log.join()).not.toContain('too-short')

    writeFileSync(path.join(other.haraka.dir, 'config', 'icloud_return_path_keys'), file)
    await other.haraka.logged('config/icloud_return_path_keys was read again')
  } finally {
    await other.close()
  }
})
