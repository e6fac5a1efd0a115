import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, type Transporter } from 'nodemailer'
import { sqliteOutbox, withIcloud } from 'nodemailer-icloud'
import { atOnce } from '../at-once.ts'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import { messageFor } from './message.ts'
import type { PoolResult, PoolRun } from './pool-process.ts'

/** What a process that sends through an outbox, or without one, is to do; its command line. */
export interface OutboxTask {
  outbox: boolean
  port: number
}

const widthOfApplication = 50

const task = JSON.parse(process.argv[2] ?? '') as OutboxTask
const inner = createTransport({
  pool: true,
  host: '127.0.0.1',
  port: task.port,
  ignoreTLS: true,
}) as Transporter
const directory = mkdtempSync(join(tmpdir(), 'icloud-bench-outbox-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const wrapped = task.outbox
  ? withIcloud(inner, { resolveMx: false, outbox: sqliteOutbox(join(directory, 'outbox.db')) })
  : null
let serial = 0

/** Until the server has them all. */
async function send(messages: number): Promise<void> {
  const transporter = wrapped ?? inner
  await atOnce(widthOfApplication, messages, () => transporter.sendMail(messageFor('apple', serial++)))
  await wrapped?.transporter.worker?.flush()
}

serve(async ({ warmUp, messages }: PoolRun): Promise<PoolResult> => {
  await send(warmUp)
  const started = performance.now()
  const micros = await cpuMicrosOf(() => send(messages))
  const perSecond = (messages / (performance.now() - started)) * 1000
  return { cpuMicrosEach: micros / messages, perSecond, rss: process.memoryUsage.rss() / 1e6 }
})
