import { createTransport } from 'nodemailer'
import { atOnce } from '../at-once.ts'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import { messageFor, type Recipients } from './message.ts'
import { wrap } from './wrap.ts'

/** What a sending process is to do; its command line. */
export interface PoolTask {
  wrapped: boolean
  recipients: Recipients
  port: number
}

/** One run. */
export interface PoolRun {
  /** Sent before the measured ones, for the connections and the compiler. */
  warmUp: number
  messages: number
}

/** What one run gave. */
export interface PoolResult {
  cpuMicrosEach: number
  perSecond: number
  /** MB, at the end. */
  rss: number
}

const widthOfApplication = 50

const task = JSON.parse(process.argv[2] ?? '') as PoolTask
// Five connections of a hundred messages each, as the pool has it by default.
const transporter = createTransport({ pool: true, host: '127.0.0.1', port: task.port, ignoreTLS: true })
if (task.wrapped) wrap(transporter)
let serial = 0

function send(messages: number): Promise<void> {
  return atOnce(widthOfApplication, messages, () =>
    transporter.sendMail(messageFor(task.recipients, serial++)),
  )
}

serve(async ({ warmUp, messages }: PoolRun): Promise<PoolResult> => {
  await send(warmUp)
  const started = performance.now()
  const micros = await cpuMicrosOf(() => send(messages))
  const perSecond = (messages / (performance.now() - started)) * 1000
  return { cpuMicrosEach: micros / messages, perSecond, rss: process.memoryUsage.rss() / 1e6 }
})
