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

/** One turn of one side. */
export interface JsonTurn {
  side: keyof Pair<unknown>
  messages: number
}

const task = JSON.parse(process.argv[2] ?? '') as JsonTask
const sides = {
  ours: wrap(createTransport({ jsonTransport: true })),
  baseline: createTransport({ jsonTransport: true }),
}
let serial = 0

/** CPU time of one message, in microseconds. */
serve(async ({ side, messages }: JsonTurn): Promise<number> => {
  const micros = await cpuMicrosOf(async () => {
    for (let sent = 0; sent < messages; sent++)
      await sides[side].sendMail(messageFor(task.recipients, serial++))
  })
  return micros / messages
})
