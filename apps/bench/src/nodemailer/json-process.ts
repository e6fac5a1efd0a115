import { createTransport } from 'nodemailer'
import { cpuMicrosOf } from '../cpu-time.ts'
import { serve } from '../serve.ts'
import { messageFor, type Recipients } from './message.ts'
import { wrap } from './wrap.ts'

/** What a process that makes JSON of mail is to do; its command line. */
export interface JsonTask {
  wrapped: boolean
  recipients: Recipients
}

/** One run. */
export interface JsonRun {
  messages: number
}

const task = JSON.parse(process.argv[2] ?? '') as JsonTask
const transporter = createTransport({ jsonTransport: true })
if (task.wrapped) wrap(transporter)
let serial = 0

/** CPU time of one message, in microseconds. */
serve(async ({ messages }: JsonRun): Promise<number> => {
  const micros = await cpuMicrosOf(async () => {
    for (let sent = 0; sent < messages; sent++)
      await transporter.sendMail(messageFor(task.recipients, serial++))
  })
  return micros / messages
})
