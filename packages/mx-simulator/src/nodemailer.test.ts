import { createTransport, type Transporter } from 'nodemailer'
import { expect, test } from 'vitest'
import { simulate } from './simulators.test.helper.ts'
import type { Simulator } from './simulator.ts'

function transporterTo(simulator: Simulator, pool = false): Transporter {
  const trusted = { ca: simulator.certificate ?? '', servername: 'mx01.mail.icloud.com' }
  const common = { host: '127.0.0.1', port: simulator.port, tls: trusted }
  return pool ? createTransport({ ...common, pool: true, maxConnections: 3 }) : createTransport(common)
}

const mail = { from: 'news@example.com', subject: 'Grüße', text: '.\n..\nHello' }

test('Nodemailer delivers over TLS, and learns who was refused', async () => {
  const simulator = await simulate()
  const info = await transporterTo(simulator).sendMail({
    ...mail,
    to: ['anna@icloud.com', 'invalid-recipient@icloud.com', 'mailbox-full@me.com'],
  })
  expect(info.accepted).toEqual(['anna@icloud.com'])
  expect(info.rejected).toEqual(['invalid-recipient@icloud.com', 'mailbox-full@me.com'])
  expect(info.rejectedErrors.map((error: { response: string }) => error.response)).toEqual([
    '550 5.1.1 <invalid-recipient@icloud.com>: user does not exist',
    '552 5.2.2 <mailbox-full@me.com>: user is over quota',
  ])
  const [message] = simulator.messages
  expect(message).toMatchObject({ tls: true, recipients: ['anna@icloud.com'] })
  expect(message?.raw.toString()).toContain('\r\n\r\n.\r\n..\r\nHello')
})

test.each([
  ['policy-hm08', { code: 'EMESSAGE', command: 'DATA', responseCode: 554 }],
  ['mailbox-full', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 552 }],
  ['421-close', { responseCode: 421 }],
  ['drop-data', { code: 'ECONNECTION' }],
])('Nodemailer sees %s as it is', async (localPart, error) => {
  const simulator = await simulate()
  const sending = transporterTo(simulator).sendMail({ ...mail, to: `${localPart}@icloud.com` })
  await expect(sending).rejects.toMatchObject(error)
})

test('Nodemailer sees a refused greeting', async () => {
  const simulator = await simulate({ connection: [{ rule: 'proofpoint-block' }] })
  await expect(transporterTo(simulator).sendMail({ ...mail, to: 'anna@icloud.com' })).rejects.toMatchObject({
    code: 'EPROTOCOL',
    responseCode: 550,
  })
})

test('a pool sends fifty messages over three connections', async () => {
  const simulator = await simulate()
  const pool = transporterTo(simulator, true)
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => pool.sendMail({ ...mail, to: `anna${i}@icloud.com` })),
  )
  pool.close()
  expect(simulator.messages.length).toBe(50)
  expect(new Set(simulator.messages.map(({ id }) => id)).size).toBe(50)
  expect(simulator.sessions.peak).toBeLessThanOrEqual(3)
})
