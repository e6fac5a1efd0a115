import { createTransport } from 'nodemailer'
import { atOnce } from '../at-once.ts'
import { messageFor } from '../nodemailer/message.ts'
import { serve } from '../serve.ts'

/** One run: how many messages to hand over to which Haraka. */
export interface LoadRun {
  port: number
  messages: number
}

const connections = 10
let serial = 0

serve(async ({ port, messages }: LoadRun): Promise<void> => {
  const transporter = createTransport({
    pool: true,
    maxConnections: connections,
    maxMessages: Infinity,
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
  })
  try {
    await atOnce(connections, messages, () => transporter.sendMail(messageFor('apple', serial++)))
  } finally {
    transporter.close()
  }
})
