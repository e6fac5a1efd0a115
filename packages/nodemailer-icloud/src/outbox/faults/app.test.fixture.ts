// Run as a process of its own: `node app.test.fixture.js <task as JSON>`. An application that sends mail through an outbox, and
// says on standard output what it was told: `stored n` and `done n copy`. It may be killed at any time.
import nodemailer, { type Transporter } from 'nodemailer'
import { bullmqOutbox } from '../bullmq/bullmq-outbox.ts'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'
import { withIcloud } from '../../with-icloud.ts'

/** What the process is to do. */
export interface AppTask {
  /** The how many-th process it is. */
  run: number
  /** Outboxes in SQLite, or one in Redis. Each is that of an application of its own. */
  outboxes: readonly ({ file: string } | { redis: string })[]
  port: number
  /** The numbers of the mails that it has no answer for, by application. */
  numbers: readonly (readonly number[])[]
  /** How much later it is than it is, ms. */
  laterMs: number
  /** Ends when the outboxes are empty; else it sends until it is killed. */
  ends: boolean
}

const task = JSON.parse(process.argv[2] ?? '') as AppTask
const atOnce = 20

async function run(app: number, where: AppTask['outboxes'][number]): Promise<void> {
  const outbox =
    'redis' in where
      ? bullmqOutbox({ connection: where.redis, leaseSeconds: 1 })
      : sqliteOutbox(where.file, { leaseSeconds: 30 })
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port: task.port, pool: true }) as Transporter
  const transporter = withIcloud(inner, {
    outbox,
    resolveMx: false,
    clock: () => Date.now() + task.laterMs,
    testing: { appleMx: [`127.0.0.1:${task.port}`] },
  })
  transporter.transporter.worker?.on('delivered', ({ messageId, from }) => say('done', messageId, `${from}`))
  const open = (task.numbers[app] ?? []).values()
  const send = async (): Promise<void> => {
    for (const number of open) {
      const messageId = `<${app}.${number}@example.com>`
      const mail = {
        to: `r${app}.${number}@icloud.com`,
        subject: 'Hello',
        text: 'Hi',
      }
      // Who is told that it was not stored hands it in again.
      for (let tries = 0; ; tries++) {
        // Each time it is another copy of it, and tells so by its sender.
        const from = `run-${task.run}-${tries}@example.com`
        const info = await transporter.sendMail({ ...mail, from, messageId }).catch(() => null)
        if (info?.pending.length === 1) break
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      say('stored', messageId)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, send))
  while (task.ends) {
    // Redis may be away at the moment.
    const waiting = await outbox.size().then(
      ({ waiting: count }) => count,
      () => null,
    )
    if (waiting === 0) return
    await transporter.transporter.worker?.flush().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

// Else it lives until it is killed.
setInterval(() => {}, 60_000)
await Promise.all(task.outboxes.map((where, app) => run(app, where)))
if (task.ends) process.exit()

function say(what: string, messageId: string, copy = ''): void {
  process.stdout.write(`${what} ${messageId.slice(1, messageId.indexOf('@'))} ${copy}\n`)
}
