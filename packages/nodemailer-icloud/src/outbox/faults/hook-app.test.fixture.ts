// Run as a process of its own: `node hook-app.test.fixture.js <task as JSON>`. Sends one mail with a hook of its own through an
// outbox, says `waits` when it has to be tried again, and then what it was told. It lives until it is killed.
import nodemailer, { type Transporter } from 'nodemailer'
import { withIcloud } from '../../with-icloud.ts'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'

/** What the process is to do. */
export interface HookTask {
  file: string
  ledger: string
  port: number
}

const { file, ledger, port } = JSON.parse(process.argv[2] ?? '') as HookTask
const inner = nodemailer.createTransport({ host: '127.0.0.1', port }) as Transporter
const transporter = withIcloud(inner, {
  ledger,
  outbox: sqliteOutbox(file, { leaseSeconds: 1 }),
  resolveMx: false,
  onUndelivered: () => say('hook of the transport'),
  testing: { appleMx: [`127.0.0.1:${port}`] },
})
transporter.transporter.worker?.on('retry', () => say('waits'))
setInterval(() => {}, 60_000)
await transporter.sendMail({
  from: 'shop@example.com',
  to: 'anna@icloud.com',
  text: 'Your code is 4711',
  messageId: '<code@example.com>',
  onUndelivered: () => say('hook of the mail'),
})

function say(what: string): void {
  process.stdout.write(`${what}\n`)
}
