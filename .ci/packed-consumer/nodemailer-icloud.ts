import { startSimulator } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { withIcloud } from 'nodemailer-icloud'

const simulator = await startSimulator()
const host = nodemailer.createTransport({
  host: '127.0.0.1',
  port: simulator.port,
  requireTLS: true,
  tls: { ca: simulator.certificate ?? '', servername: 'mx01.mail.icloud.com' },
})
const transporter = withIcloud(host, { ledger: 'file:./nodemailer.db' })
const { accepted } = await transporter.sendMail({
  from: 'shop@example.com',
  to: 'anna@icloud.com',
  subject: 'Hello',
  text: 'Hi',
})
transporter.close()
await simulator.close()
const [message] = simulator.messages
if (accepted.length !== 1 || message?.tls !== true) throw new Error('no mail came over STARTTLS')
