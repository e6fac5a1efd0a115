import { startSimulator } from '@icloud-delivery/mx-simulator'
import { checkMessage } from '@icloud-delivery/preflight'
import nodemailer from 'nodemailer'
import { isPreflightError, withIcloud, type PreflightOption } from 'nodemailer-icloud'
import { expect, it, onTestFinished } from 'vitest'

const clean = {
  from: 'Trains <news@example.com>',
  to: 'anna@icloud.com',
  subject: 'The new timetable',
  text: 'The new timetable starts on Monday. Trains to the coast leave every half hour and stop at all stations.',
}
/** The first bytes of a program for Windows. */
const program = Buffer.concat([
  Buffer.from('MZ'),
  Buffer.alloc(58),
  Buffer.from([64, 0, 0, 0]),
  Buffer.from('PE\0\0'),
  Buffer.alloc(400),
])

it('Nodemailer refuses what preflight finds, and sends what it finds nothing in', async () => {
  const apple = await startSimulator({ starttls: false })
  onTestFinished(() => apple.close())
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port: apple.port })
  const preflight: PreflightOption = {
    check: (mime) => checkMessage(mime, { authentication: false }),
    mode: 'refuse',
  }
  const transporter = withIcloud(inner, {
    preflight,
    resolveMx: false,
    campaign: 'timetable',
    testing: { appleMx: [`127.0.0.1:${apple.port}`] },
  })
  onTestFinished(() => transporter.close())

  const info = await transporter.sendMail(clean)
  expect(info).toMatchObject({ accepted: ['anna@icloud.com'], findings: [] })

  // By its content, whatever it is called.
  const attachments = [{ filename: 'timetable.pdf', content: program }]
  const error: unknown = await transporter
    .sendMail({ ...clean, attachments })
    .catch((thrown: unknown) => thrown)
  expect(isPreflightError(error)).toBe(true)
  const { message, findings } = error as Error & { findings: { code: string; fix: string }[] }
  expect(findings.map(({ code }) => code)).toContain('attachment-executable')
  expect(message).toContain('attachment-executable')
  expect(message).toContain(findings.find(({ code }) => code === 'attachment-executable')?.fix)
  expect(apple.messages).toHaveLength(1)

  const canary = await transporter.transporter.canary({ id: 'timetable', size: 1 })
  expect(canary.findings).toMatchObject([
    { code: 'attachment-executable', messages: 1 },
    ...canary.findings.slice(1),
  ])
})
