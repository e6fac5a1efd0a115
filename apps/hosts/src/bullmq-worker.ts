import { Worker, type ConnectionOptions } from 'bullmq'
import type { SendMailOptions, Transporter } from 'nodemailer'
import { toBullMQError, type WithIcloud } from 'nodemailer-icloud'

/** A worker of one's own: one job a mail, and one recipient a mail, so that each waits for itself. */
export function mailWorker(
  transporter: WithIcloud<Transporter>,
  connection: ConnectionOptions,
): Worker<SendMailOptions> {
  return new Worker(
    'mail',
    async (job, token) => {
      try {
        return await transporter.sendMail(job.data)
      } catch (error) {
        throw await toBullMQError(error, job, token)
      }
    },
    { connection, concurrency: 50 },
  )
}
