import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hurry } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({ haraka: { ownPlugins: { hurry } } })
})

afterAll(() => stage?.close())

/** The part of a DSN that is about one recipient. */
function partOf(dsn: string | undefined, recipient: string): string {
  const blocks = (dsn ?? '').split(/\r?\n\r?\n/)
  return blocks.find((block) => block.includes(`Final-Recipient: rfc822;${recipient}`)) ?? ''
}

describe('one message, a reply of its own for each recipient', () => {
  it('each meets what its reply asks for, whatever its number says', async () => {
    const script: typeof stage.apple.script = (recipient, steps) => stage.apple.script(recipient, steps)
    script('gone@icloud.com', [{ rule: 'invalid-recipient' }])
    script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
    script('hopeless@icloud.com', [{ reply: '450 4.7.1 [CS01] Message rejected due to local policy' }])
    script('busy@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    script('asleep@icloud.com', [{ rule: 'inactive-account' }])
    const names = ['fine', 'gone', 'full', 'hopeless', 'busy', 'asleep']
    await stage.haraka.send({ from: 'a@example.com', to: names.map((name) => `${name}@icloud.com`) })
    for (const name of ['fine', 'full', 'busy']) await stage.delivered(`${name}@icloud.com`)
    await stage.emptyQueue()
    // Haraka tells of those it split off by themselves.
    const dsns = await stage.dsns('a@example.com')
    const all = dsns.join('\n')
    for (const name of ['fine', 'full', 'busy']) expect(all).not.toContain(`rfc822;${name}@icloud.com`)
    const status = { gone: '5.1.1', hopeless: '5.7.1', asleep: '5.1.1' }
    const words = {
      gone: '550 5.1.1 <gone@icloud.com>: user does not exist',
      hopeless: '450 4.7.1 [CS01]',
      asleep: '550 5.1.1 <asleep@icloud.com>: inactive',
    }
    for (const name of ['gone', 'hopeless', 'asleep'] as const) {
      const part = partOf(all, `${name}@icloud.com`)
      expect(part).toContain('Action: failed')
      expect(part).toContain(`Status: ${status[name]}`)
      expect(part).toContain('Remote-MTA: dns; mx01.mail.icloud.com')
      expect(part).toContain(`Diagnostic-Code: smtp;${words[name]}`)
    }
    expect(stage.tries('fine@icloud.com')).toBe(1)
    expect(stage.tries('hopeless@icloud.com')).toBe(1)
  })

  it('whoever is named twice beside others is tried again twice, and none of the two is bounced', async () => {
    stage.apple.script('twice@icloud.com', [
      { rule: 'mailbox-full', times: 2 },
      { accept: true, times: 2 },
    ])
    // A transport would leave the second one out.
    const client = new SMTPConnection({ host: '127.0.0.1', port: stage.haraka.port, ignoreTLS: true })
    client.on('error', () => {})
    await new Promise<void>((resolve) => client.connect(() => resolve()))
    const to = ['twice@icloud.com', 'twice@icloud.com', 'fine2@icloud.com']
    await new Promise<void>((resolve, reject) => {
      const mail = 'Subject: Hello\r\n\r\nHow are you?\r\n'
      client.send({ from: 'c@example.com', to }, mail, (error) => (error ? reject(error) : resolve()))
    })
    client.quit()
    await stage.apple.waitFor(() => stage.tries('twice@icloud.com') === 4)
    await stage.emptyQueue()
    expect(stage.tries('twice@icloud.com')).toBe(4)
    expect(stage.mailboxes.messages.filter(({ envelope }) => envelope.to.includes('c@example.com'))).toEqual(
      [],
    )
  })

  it('a hopeless 4xx at the dot is bounced as well', async () => {
    stage.apple.script('policy@icloud.com', [
      { reply: '450 4.7.1 [CS01] Message rejected due to local policy', phase: 'eod' },
    ])
    await stage.haraka.send({ from: 'b@example.com', to: ['policy@icloud.com'] })
    const [dsn] = await stage.dsns('b@example.com')
    expect(partOf(dsn, 'policy@icloud.com')).toContain('Status: 5.7.1')
    expect(stage.tries('policy@icloud.com')).toBe(1)
  })
})
