import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, type Transporter } from 'nodemailer'
import { sqliteOutbox, withIcloud, type WithIcloud } from 'nodemailer-icloud'
import { atOnce } from '../at-once.ts'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import type { Speed } from '../speed.ts'
import { messageFor } from './message.ts'
import type { SideTurn } from './side-turn.ts'

/** What a process that sends through an outbox, and without one, is to do; its command line. */
export interface OutboxTask {
  port: number
}

const widthOfApplication = 50

const task = JSON.parse(process.argv[2] ?? '') as OutboxTask
const directory = mkdtempSync(join(tmpdir(), 'icloud-bench-outbox-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const bare = pool()
const wrapped: WithIcloud<Transporter> = withIcloud(pool(), {
  resolveMx: false,
  outbox: sqliteOutbox(join(directory, 'outbox.db')),
})
let serial = 0

function pool(): Transporter {
  return createTransport({ pool: true, host: '127.0.0.1', port: task.port, ignoreTLS: true })
}

/** Until the server has them all. */
async function send({ side, messages }: SideTurn): Promise<void> {
  const transporter = side === 'ours' ? wrapped : bare
  await atOnce(widthOfApplication, messages, () => transporter.sendMail(messageFor('apple', serial++)))
  if (side === 'ours') await wrapped.transporter.worker?.flush()
}

serve(async (turn: SideTurn): Promise<Speed> => {
  const started = performance.now()
  const micros = await cpuMicrosOf(() => send(turn))
  const perSecond = (turn.messages / (performance.now() - started)) * 1000
  return { cpuMicrosEach: micros / turn.messages, perSecond }
})
