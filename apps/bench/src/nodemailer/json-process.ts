import { createTransport } from 'nodemailer'
import { cpuMicrosOf } from '../cpu-time.ts'
import type { Pair } from '../interleave.ts'
import { serve } from '../serve.ts'
import { messageFor, type Recipients } from './message.ts'
import { wrap } from './wrap.ts'

/** What a process that makes JSON of mail is to do; its command line. */
export interface JsonTask {
  recipients: Recipients
}

/** One run. */
export interface JsonRun {
  /** Sent by each side before the measured ones, for the compiler. */
  warmUp: number
  /** By each side. */
  messages: number
}

const turns = 20

const task = JSON.parse(process.argv[2] ?? '') as JsonTask
const baseline = createTransport({ jsonTransport: true })
const sides = { ours: wrap(createTransport({ jsonTransport: true })), baseline }
let serial = 0

async function send(side: keyof typeof sides, messages: number): Promise<void> {
  for (let sent = 0; sent < messages; sent++)
    await sides[side].sendMail(messageFor(task.recipients, serial++))
}

/**
 * CPU time of one message for each side, in microseconds. Both in one process and in short turns: what is measured is some
 * hundredths of what Nodemailer itself takes, and two processes differ by more.
 */
serve(async ({ warmUp, messages }: JsonRun): Promise<Pair<number>> => {
  await send('ours', warmUp)
  await send('baseline', warmUp)
  const micros = { ours: 0, baseline: 0 }
  const order: (keyof typeof sides)[] = ['ours', 'baseline']
  for (let turn = 0; turn < turns; turn++) {
    for (const side of turn % 2 === 0 ? order : order.toReversed())
      micros[side] += await cpuMicrosOf(() => send(side, messages / turns))
  }
  return { ours: micros.ours / messages, baseline: micros.baseline / messages }
})
