// Run as a process of its own: `node filler.test.fixture.js <file>`. Fills an outbox that nobody empties, and says what became
// of each mail.
import nodemailer, { type Transporter } from 'nodemailer'
import { withIcloud } from '../../with-icloud.ts'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'

const inner = nodemailer.createTransport({ host: '127.0.0.1', port: 9 }) as Transporter
const outbox = sqliteOutbox(process.argv[2] ?? '')
const transporter = withIcloud(inner, { outbox, outboxWorker: false, resolveMx: false })
const text = 'Good morning. '.repeat(8000)
for (let number = 0; number < 40; number++) {
  const messageId = `<${number}@example.com>`
  const mail = { from: 'shop@example.com', to: 'anna@icloud.com', subject: 'Hello', text, messageId }
  const line = await transporter.sendMail(mail).then(
    ({ pending }) => (pending.length === 1 ? `pending ${messageId}` : `lost ${messageId}`),
    (error: { code?: string; pending?: unknown[] }) =>
      error.pending?.length === 0 ? `refused ${messageId} ${error.code}` : `called pending ${messageId}`,
  )
  process.stdout.write(`${line}\n`)
}
await outbox.close()
