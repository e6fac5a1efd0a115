import { createTransport, type Transporter } from 'nodemailer'
import { atOnce } from '../at-once.ts'
import { cpuMicrosOf } from '../cpu-time.ts'
import type { Pair } from '../interleave.ts'
import { serve } from '../serve.ts'
import type { Speed } from '../speed.ts'
import { messageFor, type Recipients } from './message.ts'
import type { SideTurn } from './side-turn.ts'
import { wrap } from './wrap.ts'

/** What a sending process is to do; its command line. */
export interface PoolTask {
  recipients: Recipients
  port: number
}

/** What one turn gave. */
export interface PoolResult extends Speed {
  /** MB, at the end. */
  rss: number
}

const widthOfApplication = 50

const task = JSON.parse(process.argv[2] ?? '') as PoolTask
const opened: Partial<Pair<Transporter>> = {}
let serial = 0

/** Five connections of a hundred messages each, as the pool has it by default. */
function open(side: keyof Pair<unknown>): Transporter {
  const pool = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: task.port,
    ignoreTLS: true,
  }) as Transporter
  return side === 'ours' ? wrap(pool) : pool
}

serve(async ({ side, messages }: SideTurn): Promise<PoolResult> => {
  // Only whom it is asked for, as the memory of one side is measured too.
  const transporter = (opened[side] ??= open(side))
  const started = performance.now()
  const micros = await cpuMicrosOf(() =>
    atOnce(widthOfApplication, messages, () => transporter.sendMail(messageFor(task.recipients, serial++))),
  )
  const perSecond = (messages / (performance.now() - started)) * 1000
  return { cpuMicrosEach: micros / messages, perSecond, rss: process.memoryUsage.rss() / 1e6 }
})
