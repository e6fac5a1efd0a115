import { createEngine } from '@icloud-delivery/engine'
import { createBounces, createFeedback } from '@icloud-delivery/feedback'
import { startSimulator, type Message } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { isSuppressedError, withIcloud } from 'nodemailer-icloud'
import { expect, it, onTestFinished } from 'vitest'

const returnPath = {
  domain: 'mail.example.com',
  keys: [{ id: 'k1', secret: 'at least 32 bytes that nobody can guess' }],
}

/** What a relay sends to the return path of a message when Apple refuses it; `named` is the recipient that it speaks of. */
function bounceOf({ envelope, raw }: Message, named: string): string {
  const headers = raw.toString().split('\r\n\r\n', 1)[0]
  return [
    `Delivered-To: ${envelope.from}`,
    'From: MAILER-DAEMON@relay.example.org',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relay.example.org',
    '',
    `Final-Recipient: rfc822; ${named}`,
    'Action: failed',
    'Status: 5.1.1',
    'Remote-MTA: dns; mx01.mail.icloud.com',
    `Diagnostic-Code: smtp; 550 5.1.1 <${named}>: user does not exist`,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    headers,
    '--b--',
    '',
  ].join('\r\n')
}

it('a bounce to the return path that Nodemailer signed suppresses its recipient, and nobody else', async () => {
  const relay = await startSimulator({ starttls: false })
  onTestFinished(() => relay.close())
  const engine = createEngine({ ledger: 'memory:' })
  onTestFinished(() => engine.close())
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port: relay.port })
  const transporter = withIcloud(inner, { engine, returnPath, resolveMx: false })
  onTestFinished(() => transporter.close())
  const bounces = createBounces({ feedback: createFeedback({ engine }), returnPath })

  const mail = { from: 'shop@example.com', subject: 'Hello', text: 'Hi' }
  const send = (...to: string[]) => transporter.sendMail({ ...mail, to })
  await send('anna@icloud.com', 'bert@icloud.com')
  const sent = (recipient: string): Message => {
    const found = relay.messages.find(({ recipients }) => recipients.includes(recipient))
    if (!found) throw new Error(`Nothing was sent to ${recipient}`)
    return found
  }

  // Anna makes one up about Bert, and has nothing but the return path of her own mail for it: it is told of her, and what it says of
  // another mailbox suppresses neither.
  const made = await bounces.message(bounceOf(sent('anna@icloud.com'), 'bert@icloud.com'))
  expect(made).toMatchObject([{ status: 'recorded', recipient: 'anna@icloud.com' }])
  expect(await send('bert@icloud.com')).toMatchObject({ accepted: ['bert@icloud.com'] })
  expect(await send('anna@icloud.com')).toMatchObject({ accepted: ['anna@icloud.com'] })

  const genuine = await bounces.message(bounceOf(sent('bert@icloud.com'), 'bert@icloud.com'))
  expect(genuine).toMatchObject([{ status: 'recorded', recipient: 'bert@icloud.com' }])
  const error: unknown = await send('bert@icloud.com').catch((thrown: unknown) => thrown)
  expect(isSuppressedError(error)).toBe(true)
  expect(await send('anna@icloud.com')).toMatchObject({ accepted: ['anna@icloud.com'] })
})
