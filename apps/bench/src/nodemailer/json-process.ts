import { createTransport } from 'nodemailer'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import { messageFor, type Recipients } from './message.ts'
import type { SideTurn } from './side-turn.ts'
import { wrap } from './wrap.ts'

/** What a process that makes JSON of mail is to do; its command line. */
export interface JsonTask {
  recipients: Recipients
}

const task = JSON.parse(process.argv[2] ?? '') as JsonTask
const sides = {
  ours: wrap(createTransport({ jsonTransport: true })),
  baseline: createTransport({ jsonTransport: true }),
}
let serial = 0

/** CPU time of one message, in microseconds. */
serve(async ({ side, messages }: SideTurn): Promise<number> => {
  const micros = await cpuMicrosOf(async () => {
    for (let sent = 0; sent < messages; sent++)
      await sides[side].sendMail(messageFor(task.recipients, serial++))
  })
  return micros / messages
})
